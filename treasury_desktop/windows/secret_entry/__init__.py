"""A process of its own that shows what is about to be signed and takes the passphrase.

It works everything out from the bytes again and shows it: a second pair of eyes inside one program.
No network, no store; the passphrase leaves only through the pipe to the signer process.
"""
