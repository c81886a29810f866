# pragma version 0.4.3
# pragma evm-version cancun
# @license AGPL-3.0-or-later
"""
@title A price feed of the demonstration chain with Chainlink's AggregatorV3Interface
@notice One owner pushes each round; a round's times are those of the block that carries it.
"""

event AnswerUpdated:
    current: indexed(int256)
    roundId: indexed(uint256)
    updatedAt: uint256

struct Round:
    answer: int256
    updated_at: uint256

struct RoundData:
    roundId: uint80
    answer: int256
    startedAt: uint256
    updatedAt: uint256
    answeredInRound: uint80

decimals: public(constant(uint8)) = 8
version: public(constant(uint256)) = 4
description: public(String[32])
owner: public(immutable(address))
latestRound: public(uint80)
rounds: HashMap[uint80, Round]


@deploy
def __init__(description: String[32], owner_: address):
    self.description = description
    owner = owner_


@view
@internal
def _round(number: uint80) -> RoundData:
    found: Round = self.rounds[number]
    assert found.updated_at != 0, "No data present"
    return RoundData(
        roundId=number,
        answer=found.answer,
        startedAt=found.updated_at,
        updatedAt=found.updated_at,
        answeredInRound=number,
    )


@view
@external
def latestRoundData() -> RoundData:
    return self._round(self.latestRound)


@view
@external
def getRoundData(number: uint80) -> RoundData:
    return self._round(number)


@external
def push(answer: int256):
    assert msg.sender == owner, "owner"
    number: uint80 = self.latestRound + 1
    self.latestRound = number
    self.rounds[number] = Round(answer=answer, updated_at=block.timestamp)
    log AnswerUpdated(
        current=answer, roundId=convert(number, uint256), updatedAt=block.timestamp
    )
