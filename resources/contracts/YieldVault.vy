# pragma version 0.4.3
# pragma evm-version cancun
# @license AGPL-3.0-or-later
"""
@title An ERC-4626 vault of the demonstration chain that earns
@notice Assets sent to the vault belong to all shares: that is how earnings arrive, and a share
        never promises what the vault does not hold. One virtual share and one virtual unit stand
        behind the first deposit, so that a donation cannot round a depositor down to nothing
        for less than it costs. Source: EIP-4626.
"""

from ethereum.ercs import IERC20
from ethereum.ercs import IERC20Detailed

implements: IERC20

event Transfer:
    sender: indexed(address)
    receiver: indexed(address)
    amount: uint256

event Approval:
    owner: indexed(address)
    spender: indexed(address)
    amount: uint256

event Deposit:
    sender: indexed(address)
    owner: indexed(address)
    assets: uint256
    shares: uint256

event Withdraw:
    sender: indexed(address)
    receiver: indexed(address)
    owner: indexed(address)
    assets: uint256
    shares: uint256

name: public(String[64])
symbol: public(String[32])
decimals: public(immutable(uint8))
asset: public(immutable(address))
totalSupply: public(uint256)
balanceOf: public(HashMap[address, uint256])
allowance: public(HashMap[address, HashMap[address, uint256]])


@deploy
def __init__(name: String[64], symbol: String[32], asset_: address):
    self.name = name
    self.symbol = symbol
    asset = asset_
    decimals = staticcall IERC20Detailed(asset_).decimals()


@view
@internal
def _total_assets() -> uint256:
    return staticcall IERC20(asset).balanceOf(self)


@view
@internal
def _shares_for(assets: uint256, round_up: bool) -> uint256:
    numerator: uint256 = assets * (self.totalSupply + 1)
    denominator: uint256 = self._total_assets() + 1
    shares: uint256 = numerator // denominator
    if round_up and shares * denominator < numerator:
        shares += 1
    return shares


@view
@internal
def _assets_for(shares: uint256, round_up: bool) -> uint256:
    numerator: uint256 = shares * (self._total_assets() + 1)
    denominator: uint256 = self.totalSupply + 1
    assets: uint256 = numerator // denominator
    if round_up and assets * denominator < numerator:
        assets += 1
    return assets


@internal
def _move(sender: address, receiver: address, amount: uint256):
    assert receiver not in [empty(address), self], "receiver"
    self.balanceOf[sender] -= amount
    self.balanceOf[receiver] += amount
    log Transfer(sender=sender, receiver=receiver, amount=amount)


@internal
def _spend(owner: address, spender: address, amount: uint256):
    if owner != spender:
        allowed: uint256 = self.allowance[owner][spender]
        if allowed != max_value(uint256):
            self.allowance[owner][spender] = allowed - amount


@internal
def _enter(sender: address, receiver: address, assets: uint256, shares: uint256):
    assert shares > 0, "no shares"
    assert receiver not in [empty(address), self], "receiver"
    assert extcall IERC20(asset).transferFrom(sender, self, assets), "asset"
    self.totalSupply += shares
    self.balanceOf[receiver] += shares
    log Transfer(sender=empty(address), receiver=receiver, amount=shares)
    log Deposit(sender=sender, owner=receiver, assets=assets, shares=shares)


@internal
def _leave(sender: address, receiver: address, owner: address, assets: uint256, shares: uint256):
    self._spend(owner, sender, shares)
    self.balanceOf[owner] -= shares
    self.totalSupply -= shares
    log Transfer(sender=owner, receiver=empty(address), amount=shares)
    assert extcall IERC20(asset).transfer(receiver, assets), "asset"
    log Withdraw(sender=sender, receiver=receiver, owner=owner, assets=assets, shares=shares)


@external
def transfer(receiver: address, amount: uint256) -> bool:
    self._move(msg.sender, receiver, amount)
    return True


@external
def transferFrom(sender: address, receiver: address, amount: uint256) -> bool:
    self._spend(sender, msg.sender, amount)
    self._move(sender, receiver, amount)
    return True


@external
def approve(spender: address, amount: uint256) -> bool:
    self.allowance[msg.sender][spender] = amount
    log Approval(owner=msg.sender, spender=spender, amount=amount)
    return True


@view
@external
def totalAssets() -> uint256:
    return self._total_assets()


@view
@external
def convertToShares(assets: uint256) -> uint256:
    return self._shares_for(assets, False)


@view
@external
def convertToAssets(shares: uint256) -> uint256:
    return self._assets_for(shares, False)


@view
@external
def maxDeposit(receiver: address) -> uint256:
    return max_value(uint256)


@view
@external
def maxMint(receiver: address) -> uint256:
    return max_value(uint256)


@view
@external
def maxWithdraw(owner: address) -> uint256:
    return self._assets_for(self.balanceOf[owner], False)


@view
@external
def maxRedeem(owner: address) -> uint256:
    return self.balanceOf[owner]


@view
@external
def previewDeposit(assets: uint256) -> uint256:
    return self._shares_for(assets, False)


@view
@external
def previewMint(shares: uint256) -> uint256:
    return self._assets_for(shares, True)


@view
@external
def previewWithdraw(assets: uint256) -> uint256:
    return self._shares_for(assets, True)


@view
@external
def previewRedeem(shares: uint256) -> uint256:
    return self._assets_for(shares, False)


@nonreentrant
@external
def deposit(assets: uint256, receiver: address) -> uint256:
    shares: uint256 = self._shares_for(assets, False)
    self._enter(msg.sender, receiver, assets, shares)
    return shares


@nonreentrant
@external
def mint(shares: uint256, receiver: address) -> uint256:
    assets: uint256 = self._assets_for(shares, True)
    self._enter(msg.sender, receiver, assets, shares)
    return assets


@nonreentrant
@external
def withdraw(assets: uint256, receiver: address, owner: address) -> uint256:
    shares: uint256 = self._shares_for(assets, True)
    self._leave(msg.sender, receiver, owner, assets, shares)
    return shares


@nonreentrant
@external
def redeem(shares: uint256, receiver: address, owner: address) -> uint256:
    assets: uint256 = self._assets_for(shares, False)
    self._leave(msg.sender, receiver, owner, assets, shares)
    return assets
