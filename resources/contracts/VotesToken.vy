# pragma version 0.4.3
# pragma evm-version cancun
# @license AGPL-3.0-or-later
"""
@title The governance token of the demonstration DAO
@notice An ERC-20 whose delegated votes can be read at any past block, so that borrowing tokens
        during a vote changes nothing. getPriorVotes is what Governor contracts of the Alpha and
        Bravo family ask; getVotes is what later ones ask about the present.
"""

from ethereum.ercs import IERC20

implements: IERC20

event Transfer:
    sender: indexed(address)
    receiver: indexed(address)
    amount: uint256

event Approval:
    owner: indexed(address)
    spender: indexed(address)
    amount: uint256

event DelegateChanged:
    delegator: indexed(address)
    fromDelegate: indexed(address)
    toDelegate: indexed(address)

event DelegateVotesChanged:
    delegate: indexed(address)
    previousBalance: uint256
    newBalance: uint256

struct Checkpoint:
    fromBlock: uint32
    votes: uint224

name: public(String[64])
symbol: public(String[32])
decimals: public(constant(uint8)) = 18
totalSupply: public(uint256)
balanceOf: public(HashMap[address, uint256])
allowance: public(HashMap[address, HashMap[address, uint256]])
delegates: public(HashMap[address, address])
numCheckpoints: public(HashMap[address, uint32])
checkpoints: public(HashMap[address, HashMap[uint32, Checkpoint]])


@deploy
def __init__(name: String[64], symbol: String[32], supply: uint256):
    self.name = name
    self.symbol = symbol
    self.totalSupply = supply
    self.balanceOf[msg.sender] = supply
    log Transfer(sender=empty(address), receiver=msg.sender, amount=supply)


@view
@internal
def _votes(account: address) -> uint256:
    count: uint32 = self.numCheckpoints[account]
    if count == 0:
        return 0
    return convert(self.checkpoints[account][count - 1].votes, uint256)


@internal
def _write_checkpoint(account: address, previous: uint256, votes: uint256):
    count: uint32 = self.numCheckpoints[account]
    here: uint32 = convert(block.number, uint32)
    if count == 0 or self.checkpoints[account][count - 1].fromBlock != here:
        self.numCheckpoints[account] = count + 1
        count += 1
    self.checkpoints[account][count - 1] = Checkpoint(
        fromBlock=here, votes=convert(votes, uint224)
    )
    log DelegateVotesChanged(delegate=account, previousBalance=previous, newBalance=votes)


@internal
def _move_votes(source: address, target: address, amount: uint256):
    if source == target or amount == 0:
        return
    if source != empty(address):
        votes: uint256 = self._votes(source)
        self._write_checkpoint(source, votes, votes - amount)
    if target != empty(address):
        votes: uint256 = self._votes(target)
        self._write_checkpoint(target, votes, votes + amount)


@internal
def _move(sender: address, receiver: address, amount: uint256):
    assert receiver not in [empty(address), self], "receiver"
    self.balanceOf[sender] -= amount
    self.balanceOf[receiver] += amount
    log Transfer(sender=sender, receiver=receiver, amount=amount)
    self._move_votes(self.delegates[sender], self.delegates[receiver], amount)


@external
def transfer(receiver: address, amount: uint256) -> bool:
    self._move(msg.sender, receiver, amount)
    return True


@external
def transferFrom(sender: address, receiver: address, amount: uint256) -> bool:
    allowed: uint256 = self.allowance[sender][msg.sender]
    if allowed != max_value(uint256):
        self.allowance[sender][msg.sender] = allowed - amount
    self._move(sender, receiver, amount)
    return True


@external
def approve(spender: address, amount: uint256) -> bool:
    self.allowance[msg.sender][spender] = amount
    log Approval(owner=msg.sender, spender=spender, amount=amount)
    return True


@external
def delegate(delegatee: address):
    before: address = self.delegates[msg.sender]
    self.delegates[msg.sender] = delegatee
    log DelegateChanged(delegator=msg.sender, fromDelegate=before, toDelegate=delegatee)
    self._move_votes(before, delegatee, self.balanceOf[msg.sender])


@view
@external
def getVotes(account: address) -> uint256:
    return self._votes(account)


@view
@external
def getPriorVotes(account: address, block_number: uint256) -> uint256:
    assert block_number < block.number, "not yet determined"
    low: uint32 = 0
    high: uint32 = self.numCheckpoints[account]
    # Invariant: checkpoints before `low` are not later than the block, those from `high` on are.
    for _: uint256 in range(32):
        if low >= high:
            break
        middle: uint32 = (low + high) // 2
        if convert(self.checkpoints[account][middle].fromBlock, uint256) <= block_number:
            low = middle + 1
        else:
            high = middle
    if low == 0:
        return 0
    return convert(self.checkpoints[account][low - 1].votes, uint256)
