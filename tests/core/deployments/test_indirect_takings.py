"""Takings that another contract performs, or that other functions than approve allow.

The Safe calls a batch contract, a Safe that is not ours, Permit2 or a token's permit; what leaves
in the end is judged as if it had been sent plainly.
"""

from dataclasses import replace

import pytest

from tests.matters import (
    DAI,
    GROUP,
    MANAGER,
    OTHER_GROUP,
    OTHER_VAULT,
    OWN_SAFE,
    PERMIT2,
    ROUTER,
    SAFE,
    STRATEGIES,
    UNISWAP,
    USDC,
    VAULT,
    a_call,
    an_evidence,
    approve,
    deposit,
    entering,
    ether,
    judged,
    nested_execution,
    outsider,
    pay,
    units,
    words,
)
from tests.samples import PAYROLL, STRANGER, an_address
from treasury_desktop.assets.address import ZERO_ADDRESS, Address
from treasury_desktop.calls.known_contracts import official_address
from treasury_desktop.deployments.calls import Call
from treasury_desktop.safes.multisend import PackedCall, multisend_calldata
from treasury_desktop.treasury.evidence import HeldAmount, ObservedAllowance
from treasury_desktop.treasury.strategy import Strategy

FORTY_PERCENT = 4_000_000
FOREIGN_SAFE = an_address("a Safe of somebody else")
IDLE = (HeldAmount(token=str(USDC), base_units=units(5_000_000), place="safe"),)
PERMIT2_APPROVE = "approve(address,address,uint160,uint48)"
PERMIT = "permit(address,address,uint256,uint256,uint8,bytes32,bytes32)"
PAIR = "(address,uint256)"
NOTHING_SIGNED = (2**40, 27, bytes(32), bytes(32))


def batch_contract() -> Address:
    """The official MultiSendCallOnly 1.4.1."""
    found = official_address(1, "MultiSendCallOnly", (1, 4, 1))
    assert found is not None
    return found


def called_batch(to: Address, *calls: Call) -> Call:
    """A batch that is called instead of delegatecalled: its calls come from the contract."""
    packed = tuple(PackedCall(0, call.to, call.value, call.data) for call in calls)
    return Call(to=to, value=0, data=multisend_calldata(packed), purpose="")


def pull(dollars: int, to: Address = STRANGER, account: Address = SAFE) -> Call:
    """A transferFrom out of an account."""
    return a_call(USDC, "transferFrom(address,address,uint256)", account, to, units(dollars))


# ── another contract takes ───────────────────────────────────────────────────────────────────────


def test_batch_contract_pulls_by_an_allowance_of_the_safe() -> None:
    """Approve the batch contract, let it pay the attacker, revoke: 40% went to the attacker."""
    spender = batch_contract()
    batch = (
        approve(FORTY_PERCENT, spender),
        called_batch(spender, pull(FORTY_PERCENT)),
        approve(0, spender),
    )
    assert words(batch) == {outsider(STRANGER): "refused"}


def test_batch_contract_pulls_into_a_vault() -> None:
    """What another contract moves from the Safe to a strategy's contract counts for its group."""
    spender = batch_contract()
    batch = (approve(FORTY_PERCENT, spender), called_batch(spender, pull(FORTY_PERCENT, VAULT)))
    assert words(batch) == {GROUP: "refused"}


def test_batch_contract_pulls_by_an_older_allowance() -> None:
    """An allowance from before is as good for the attacker as one of this batch."""
    spender = batch_contract()
    older = (ObservedAllowance(token=str(USDC), spender=spender, base_units=units(FORTY_PERCENT)),)
    taken = called_batch(spender, pull(FORTY_PERCENT))
    assert judged(taken, an_evidence(allowances=older))[outsider(STRANGER)].verdict.blocks
    assert judged(taken)[outsider(STRANGER)].verdict.blocks


def test_called_batch_uses_only_what_it_moves() -> None:
    """The part of an allowance that is left after the pull stays open to the spender."""
    spender = batch_contract()
    batch = (approve(500_000, spender), called_batch(spender, pull(300_000, VAULT)))
    found = judged(batch)
    assert found[GROUP].amount_usd == 300_000
    assert found[outsider(spender)].amount_usd == 200_000


@pytest.mark.parametrize("wrapper", ["multisend", "execution", "multicall", "empty multicall"])
def test_foreign_contract_that_wraps_harmless_calls(wrapper: str) -> None:
    """Whatever calls are shown inside, a contract nobody vouches for may use its allowance."""
    harmless = ether(0, PAYROLL)
    calls = {
        "multisend": called_batch(STRANGER, harmless),
        "execution": nested_execution(STRANGER, PAYROLL, b""),
        "multicall": a_call(STRANGER, "multicall(bytes[])", (a_call(MANAGER, "refundETH()").data,)),
        "empty multicall": a_call(STRANGER, "multicall(bytes[])", ()),
    }
    batch = (approve(FORTY_PERCENT, STRANGER), calls[wrapper], approve(0, STRANGER))
    assert words(batch) == {outsider(STRANGER): "refused"}


def test_vault_that_is_called_as_if_it_were_a_safe() -> None:
    """A strategy's contract may take what it was allowed by functions nobody expects of it."""
    batch = (approve(FORTY_PERCENT), nested_execution(VAULT, PAYROLL, b""), approve(0))
    assert words(batch) == {GROUP: "refused"}


def test_contract_inside_a_foreign_batch_uses_its_allowance() -> None:
    """A taker that is called by another contract is a taker too."""
    older = (ObservedAllowance(token=str(USDC), spender=VAULT, base_units=units(FORTY_PERCENT)),)
    harvest = a_call(VAULT, "refundETH()")
    indirect = called_batch(batch_contract(), harvest)
    assert words(indirect, an_evidence(allowances=older)) == {GROUP: "refused"}


def test_permit_inside_a_foreign_batch() -> None:
    """A permit counts for its owner, whoever submits it."""
    permit = a_call(USDC, PERMIT, SAFE, STRANGER, units(FORTY_PERCENT), *NOTHING_SIGNED)
    assert words(called_batch(batch_contract(), permit)) == {outsider(STRANGER): "refused"}


def test_execution_on_another_safe_of_ours_is_read_as_ours() -> None:
    """A Safe of the treasury runs nothing but what its transaction says."""
    inner = pay(10_000)
    batch = (*entering(400_000), nested_execution(OWN_SAFE, inner.to, inner.data))
    assert words(batch) == {GROUP: "within", outsider(PAYROLL): "not a deployment"}
    revoked = (approve(FORTY_PERCENT), nested_execution(OWN_SAFE, inner.to, inner.data), approve(0))
    assert words(revoked) == {outsider(PAYROLL): "not a deployment"}


def test_foreign_payments_are_not_ours() -> None:
    """What another Safe pays of its own, or supplies to our vault, is no outflow of ours."""
    inner = pay(FORTY_PERCENT)
    assert words(nested_execution(FOREIGN_SAFE, inner.to, inner.data)) == {}
    approval, pulled = approve(FORTY_PERCENT, VAULT), pull(FORTY_PERCENT, account=PAYROLL)
    assert words(nested_execution(FOREIGN_SAFE, approval.to, approval.data)) == {}
    assert words(nested_execution(FOREIGN_SAFE, pulled.to, pulled.data)) == {}
    older = (ObservedAllowance(token=str(USDC), spender=VAULT, base_units=units(FORTY_PERCENT)),)
    theirs = nested_execution(FOREIGN_SAFE, VAULT, deposit(1).data)
    assert words(theirs, an_evidence(allowances=older)) == {}


def test_foreign_income_lifts_the_cap_of_the_balance() -> None:
    """After a call from elsewhere the balance of before caps nothing."""
    fill = nested_execution(FOREIGN_SAFE, USDC, pay(FORTY_PERCENT, SAFE).data)
    few = (HeldAmount(token=str(USDC), base_units=units(50_000), place="safe"),)
    evidence = an_evidence(holdings=(*few, _elsewhere()))
    assert words((fill, approve(FORTY_PERCENT, STRANGER)), evidence) == {
        outsider(STRANGER): "refused"
    }


def _elsewhere() -> HeldAmount:
    return HeldAmount(token=str(DAI), base_units=units(9_950_000, DAI), place="elsewhere")


def test_entering_beside_a_foreign_execution_counts_once() -> None:
    """An approval that its deposit uses up is counted once, whatever else is called."""
    batch = (
        approve(400_000),
        nested_execution(FOREIGN_SAFE, PAYROLL, b""),
        deposit(400_000),
    )
    assert judged(batch)[GROUP].amount_usd == 400_000


def test_multicall_of_a_venue_stays_calm() -> None:
    """The position manager's own multicall runs what it shows and nothing else."""
    collect = a_call(MANAGER, "collect((uint256,address,uint128,uint128))", (7, SAFE, 1, 1))
    older = (ObservedAllowance(token=str(USDC), spender=MANAGER, base_units=units(FORTY_PERCENT)),)
    calm = a_call(MANAGER, "multicall(bytes[])", (collect.data,))
    assert words(calm, an_evidence(allowances=older)) == {}


# ── allowances by other functions ────────────────────────────────────────────────────────────────


def test_permit2_approval_is_an_approval() -> None:
    """An allowance inside Permit2 stays open to its spender like any other."""
    taken = a_call(PERMIT2, PERMIT2_APPROVE, USDC, VAULT, units(FORTY_PERCENT), 2**40)
    assert words(taken) == {GROUP: "refused"}
    stranger = a_call(PERMIT2, PERMIT2_APPROVE, USDC, STRANGER, units(FORTY_PERCENT), 2**40)
    assert words(stranger) == {outsider(STRANGER): "refused"}


def test_permit2_approval_within_advice() -> None:
    """Four percent through Permit2 is four percent, and taking an allowance back is nothing."""
    allow = a_call(PERMIT2, PERMIT2_APPROVE, USDC, VAULT, units(400_000), 2**40)
    revoke = a_call(PERMIT2, PERMIT2_APPROVE, USDC, VAULT, 0, 2**40)
    lock = a_call(PERMIT2, "lockdown((address,address)[])", ((USDC, VAULT),))
    assert words(allow) == {GROUP: "within"}
    assert words(revoke) == {}
    older = (ObservedAllowance(token=str(USDC), spender=OTHER_VAULT, base_units=units(900_000)),)
    assert words((lock, entering(5)[0]), an_evidence(allowances=older)) == {GROUP: "within"}


@pytest.mark.parametrize(
    ("signature", "arguments"),
    [
        (
            "permit(address,((address,uint160,uint48,uint48),address,uint256),bytes)",
            (SAFE, ((USDC, units(FORTY_PERCENT), 2**40, 0), VAULT, 2**40), b""),
        ),
        (
            "permit(address,((address,uint160,uint48,uint48)[],address,uint256),bytes)",
            (SAFE, (((USDC, units(FORTY_PERCENT), 2**40, 0),), VAULT, 2**40), b""),
        ),
        (
            "transferFrom(address,address,uint160,address)",
            (SAFE, VAULT, units(FORTY_PERCENT), USDC),
        ),
        (
            "transferFrom((address,address,uint160,address)[])",
            (((SAFE, VAULT, units(FORTY_PERCENT), USDC),),),
        ),
        (
            f"permitTransferFrom(({PAIR},uint256,uint256),{PAIR},address,bytes)",
            (((USDC, units(FORTY_PERCENT)), 0, 2**40), (VAULT, units(FORTY_PERCENT)), SAFE, b""),
        ),
        (
            f"permitTransferFrom(({PAIR}[],uint256,uint256),{PAIR}[],address,bytes)",
            (
                (((USDC, units(FORTY_PERCENT)),), 0, 2**40),
                ((VAULT, units(FORTY_PERCENT)),),
                SAFE,
                b"",
            ),
        ),
    ],
)
def test_other_functions_of_permit2(signature: str, arguments: tuple[object, ...]) -> None:
    """Signed or not, one token or many: what goes to the vault, or may go, is 40%."""
    assert words(a_call(PERMIT2, signature, *arguments)) == {GROUP: "refused"}
    indirect = called_batch(batch_contract(), a_call(PERMIT2, signature, *arguments))
    assert words(indirect) == {GROUP: "refused"}


def test_permit_of_a_safe_of_ours() -> None:
    """A permit in the name of one of our Safes is its approval; anybody else's is income."""
    ours = a_call(USDC, PERMIT, OWN_SAFE, STRANGER, units(FORTY_PERCENT), *NOTHING_SIGNED)
    assert words(ours) == {outsider(STRANGER): "refused"}
    bytes_of_a_safe = "permit(address,address,uint256,uint256,bytes)"
    signed = a_call(USDC, bytes_of_a_safe, SAFE, STRANGER, units(FORTY_PERCENT), 2**40, b"")
    assert words(signed) == {outsider(STRANGER): "refused"}
    theirs = a_call(USDC, PERMIT, PAYROLL, SAFE, units(FORTY_PERCENT), *NOTHING_SIGNED)
    assert words(theirs) == {}


@pytest.mark.parametrize(("allowed", "verdict"), [(1, {"refused"}), (0, set())])
def test_permit_of_everything(allowed: int, verdict: set[str]) -> None:
    """Dai's permit allows all or nothing."""
    signature = "permit(address,address,uint256,uint256,bool,uint8,bytes32,bytes32)"
    rest = (0, 2**40, bool(allowed), 27, bytes(32), bytes(32))
    found = words(a_call(DAI, signature, SAFE, STRANGER, *rest))
    assert set(found.values()) == verdict


def test_permit_to_the_contract_that_is_called() -> None:
    """Uniswap's selfPermit allows the position manager itself."""
    signed = (2**40, 27, bytes(32), bytes(32))
    some = "selfPermit(address,uint256,uint256,uint8,bytes32,bytes32)"
    assert words(a_call(MANAGER, some, USDC, units(400_000), *signed)) == {UNISWAP: "within"}
    all_ = "selfPermitAllowed(address,uint256,uint256,uint8,bytes32,bytes32)"
    assert words(a_call(MANAGER, all_, USDC, 0, *signed)) == {UNISWAP: "refused"}


def test_allowance_module_is_told_to_pay() -> None:
    """What the Allowance module may pay to a delegate is as good as allowed to him."""
    module = an_address("allowance module")
    give = "setAllowance(address,address,uint96,uint16,uint32)"
    taken = a_call(module, give, STRANGER, USDC, units(FORTY_PERCENT), 1440, 0)
    assert words(taken) == {outsider(STRANGER): "refused"}
    ether_too = a_call(module, give, STRANGER, ZERO_ADDRESS, 1_600 * 10**18, 0, 0)
    assert words(ether_too) == {outsider(STRANGER): "refused"}
    assert words(a_call(module, "deleteAllowance(address,address)", STRANGER, USDC)) == {}


def test_allowance_module_pays() -> None:
    """A transfer by the Allowance module out of the Safe is a payment of the Safe."""
    pay_out = a_call(
        an_address("allowance module"),
        "executeAllowanceTransfer(address,address,address,uint96,address,uint96,address,bytes)",
        SAFE, USDC, STRANGER, units(FORTY_PERCENT), ZERO_ADDRESS, 0, PAYROLL, b"",
    )  # fmt: skip
    assert words(pay_out) == {outsider(STRANGER): "refused"}


def test_contract_that_pays_many_out_of_its_allowance() -> None:
    """What a payer shows to pay counts for those who get it, and what it may keep for itself."""
    payer = an_address("disperse")
    dispersed = a_call(
        payer, "disperseToken(address,address[],uint256[])",
        USDC, (PAYROLL, STRANGER), (units(400_000), units(500_000)),
    )  # fmt: skip
    found = judged((approve(900_000, payer), dispersed))
    assert {group: j.amount_usd for group, j in found.items()} == {
        outsider(PAYROLL): 400_000, outsider(STRANGER): 500_000, outsider(payer): 900_000,
    }  # fmt: skip


def test_value_that_is_said_to_be_passed_on() -> None:
    """Ether sent to a payer nobody vouches for is his, whatever he says he does with it."""
    payer = an_address("disperse")
    dispersed = a_call(
        payer, "disperseEther(address[],uint256[])", (PAYROLL,), (10**18,), value=1_600 * 10**18
    )
    assert words(dispersed)[outsider(payer)] == "refused"


# ── tokens whose balance nobody read ─────────────────────────────────────────────────────────────


def test_approval_of_vault_shares_to_another_strategy() -> None:
    """Shares are no idle holding, so no balance caps what another vault may take of them."""
    allow = a_call(VAULT, "approve(address,uint256)", OTHER_VAULT, 10**24)
    evidence = an_evidence(holdings=(*IDLE, _elsewhere()))
    assert words(allow, evidence) == {OTHER_GROUP: "cannot be judged"}
    assert words(allow) == {OTHER_GROUP: "cannot be judged"}
    nothing = a_call(VAULT, "approve(address,uint256)", OTHER_VAULT, 0)
    assert words(nothing, evidence) == {}


def test_approval_of_an_unlisted_token_to_a_strategy() -> None:
    """A token nobody lists is read nowhere: its allowance has no known bound."""
    allow = a_call(an_address("unlisted"), "approve(address,uint256)", ROUTER, 10**24)
    evidence = an_evidence(holdings=(*IDLE, _elsewhere()))
    assert words(allow, evidence) == {UNISWAP: "cannot be judged"}


def test_stated_balance_of_shares_caps_them() -> None:
    """Shares that the evidence states to lie in the Safe bound what can be taken of them."""
    held = HeldAmount(token=str(VAULT), base_units=0, place="safe")
    allow = a_call(VAULT, "approve(address,uint256)", OTHER_VAULT, 10**24)
    assert words(allow, an_evidence(holdings=(*IDLE, held, _elsewhere()))) == {}


def test_listed_token_of_which_there_is_none() -> None:
    """Of listed tokens nothing is left out of the holdings but nothing."""
    allow = approve(FORTY_PERCENT, VAULT, DAI)
    assert words(allow, an_evidence(holdings=IDLE)) == {}
    assert words(allow, an_evidence(holdings=(*IDLE, _elsewhere()))) == {}


# ── contracts that only the strategy's other fields name ─────────────────────────────────────────


def test_position_manager_and_pool_lead_to_the_group() -> None:
    """Money for a strategy's position manager or pool is money for the strategy."""
    pool = an_address("a pool")
    strategy = replace(STRATEGIES[3], contracts=(ROUTER,), position_manager=MANAGER, pool=pool)
    assert words(approve(900_000, MANAGER), strategies=(strategy,)) == {UNISWAP: "above advice"}
    assert words(approve(1_000_000, MANAGER), strategies=(strategy,)) == {UNISWAP: "refused"}
    assert words(pay(1_000_000, pool), strategies=(strategy,)) == {UNISWAP: "refused"}


def test_two_pools_of_one_position_manager_share_a_limit() -> None:
    """Strategies at one position manager lead to the same contract, whatever their groups are."""
    first, second = (
        replace(
            STRATEGIES[3], name=name, group=name, contracts=(), position_manager=MANAGER,
            pool=an_address(name),
        )
        for name in ("One pool", "Another pool")
    )  # fmt: skip
    found = words(pay(600_000, an_address("One pool")), strategies=(first, second))
    assert found == {"One pool": "above advice", "Another pool": "above advice"}


# ── what a contract nobody vouches for shows as its inside ───────────────────────────────────────


def test_pull_that_is_only_shown() -> None:
    """A contract shows that it pays another Safe of ours, and keeps what it was allowed."""
    shown = called_batch(STRANGER, pull(FORTY_PERCENT, OWN_SAFE))
    batch = (approve(FORTY_PERCENT, STRANGER), shown, approve(0, STRANGER))
    assert words(batch) == {outsider(STRANGER): "refused"}
    real = (approve(FORTY_PERCENT, batch_contract()), called_batch(batch_contract(), shown))
    assert words(real)[outsider(batch_contract())] == "refused"


def test_revocation_that_is_only_shown() -> None:
    """Neither a permit of nothing nor another's inner call takes an older allowance back."""
    older = (ObservedAllowance(token=str(USDC), spender=VAULT, base_units=units(FORTY_PERCENT)),)
    evidence = an_evidence(allowances=older)
    by_permit = a_call(USDC, PERMIT, SAFE, VAULT, 0, *NOTHING_SIGNED)
    upgrade = "upgradeToAndCall(address,bytes)"
    shown, given = (
        a_call(USDC, upgrade, STRANGER, approve(dollars).data) for dollars in (0, FORTY_PERCENT)
    )
    assert words((deposit(1), by_permit), evidence) == {GROUP: "refused"}
    assert words((deposit(1), shown), evidence) == {GROUP: "refused"}
    assert words(given) == {GROUP: "refused"}
    assert words((deposit(1), approve(0)), evidence) == {GROUP: "within"}


def test_contract_that_says_it_pays_somebody_else() -> None:
    """A payout to another Safe of ours uses nothing of what the payer was allowed."""
    payout = a_call(
        STRANGER, "withdraw(address,uint256,address)", USDC, units(FORTY_PERCENT), OWN_SAFE
    )
    batch = (approve(FORTY_PERCENT, STRANGER), payout, approve(0, STRANGER))
    assert words(batch) == {outsider(STRANGER): "refused"}


# ── the universal router's commands ──────────────────────────────────────────────────────────────

PERMIT_OF_ROUTER = "PERMIT2_PERMIT(((address,uint160,uint48,uint48),address,uint256),bytes)"


def routed(command: int, *arguments: tuple[str, object]) -> Call:
    """One command of the universal router with its arguments."""
    kinds = ",".join(kind for kind, _ in arguments)
    inputs = a_call(ROUTER, f"command({kinds})", *(value for _, value in arguments)).data[4:]
    return a_call(ROUTER, "execute(bytes,bytes[],uint256)", bytes([command]), (inputs,), 2**40)


def test_router_moves_tokens_of_its_caller() -> None:
    """A command that pays out of Permit2 pays out of the Safe, whoever gets it."""
    one = routed(0x02, ("address", USDC), ("address", STRANGER), ("uint160", units(FORTY_PERCENT)))
    assert words(one)[outsider(STRANGER)] == "refused"
    transfers = ((SAFE, STRANGER, units(FORTY_PERCENT), USDC),)
    many = routed(0x0D, ("(address,address,uint160,address)[]", transfers))
    assert words(many)[outsider(STRANGER)] == "refused"
    caller = Address(bytes(19) + b"\x01")
    home = routed(0x02, ("address", USDC), ("address", caller), ("uint160", units(FORTY_PERCENT)))
    assert words(home) == {}


def test_router_submits_a_permit_of_its_caller() -> None:
    """What a command lets somebody take through Permit2 stays open to him."""
    permit = ((USDC, units(FORTY_PERCENT), 2**40, 0), STRANGER, 2**40)
    kind = "((address,uint160,uint48,uint48),address,uint256)"
    assert words(routed(0x0A, (kind, permit), ("bytes", b"")))[outsider(STRANGER)] == "refused"


# ── burning, and ether that a module may pay ─────────────────────────────────────────────────────


def test_tokens_burnt_by_an_allowance() -> None:
    """Whoever may burn the Safe's tokens may take them from it."""
    burn = a_call(USDC, "burnFrom(address,uint256)", SAFE, units(FORTY_PERCENT))
    assert words(burn) == {outsider(USDC): "refused"}
    batch = (approve(FORTY_PERCENT, batch_contract()), called_batch(batch_contract(), burn))
    assert words(batch) == {outsider(USDC): "refused"}
    theirs = a_call(USDC, "burnFrom(address,uint256)", PAYROLL, units(FORTY_PERCENT))
    assert words(theirs) == {}


def test_ether_that_a_known_module_may_pay() -> None:
    """The Safe's ether bounds what a module may pay of it, where the module is an official one."""
    module = official_address(1, "AllowanceModule", (0, 1, 0))
    assert module is not None
    give = "setAllowance(address,address,uint96,uint16,uint32)"
    allow = a_call(module, give, STRANGER, ZERO_ADDRESS, 10**24, 0, 0)
    held = HeldAmount(token="native", base_units=10**18, place="safe")
    found = judged(allow, an_evidence(holdings=(*IDLE, _elsewhere(), held)))
    assert found[outsider(STRANGER)].amount_usd == 2_500
    assert words(allow, an_evidence(holdings=(*IDLE, _elsewhere()))) == {}


def test_whole_debt_repaid() -> None:
    """The number that means all there is bounds a repayment by its allowance."""
    pool = an_address("lending pool")
    lending = (Strategy(name="Aave", group="Aave", venue="aave_v3", contracts=(pool,)),)
    whole = a_call(pool, "repay(address,uint256,uint256,address)", USDC, 2**256 - 1, 2, SAFE)
    found = judged((approve(400_000, pool), whole), strategies=lending)
    assert found["Aave"].amount_usd == 400_000
    old = a_call(pool, "deposit(address,uint256,address,uint16)", USDC, units(400_000), SAFE, 0)
    found = judged((approve(400_000, pool), old), strategies=lending)
    assert found["Aave"].amount_usd == 400_000
