"""probe"""
import time
from treasury_desktop.chain.movement_reader import MovementReader
from treasury_desktop.chain.pool_reader import PoolReader
def test_probe(chain, node):
    """probe"""
    r=PoolReader(node); b=r.newest_block()
    for p in chain.workspace.pools:
        t=time.time()
        s=r.swaps(p,p.created_at_block,b.number); print(len(s), time.time()-t, s.swap(0), s.swap(len(s)-1))
    t=time.time()
    ms=MovementReader(node).movements(chain.workspace,0,b.number)
    print(time.time()-t)
    for m in ms: print(m.block_number,m.log_index,m.kind.value,m.amount,m.counterpart,m.safe_tx_hash and m.safe_tx_hash.hex()[:8],m.strategy,m.note)
    for e in chain.facts["executed"]: print(e)
