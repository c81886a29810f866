"""The SQL of the series: one row a swap, exact words beside the floats that are drawn.

A uint256 fits no column type that NumPy knows, so exact numbers are 64-bit words, most
significant first, as in `SwapColumns`.
"""

SCHEMA_VERSION = 1

WORD_COLUMNS = {
    "amount0_words": ("amount0_3", "amount0_2", "amount0_1", "amount0_0"),
    "amount1_words": ("amount1_3", "amount1_2", "amount1_1", "amount1_0"),
    "sqrt_price_words": ("sqrt_price_2", "sqrt_price_1", "sqrt_price_0"),
    "liquidity_words": ("liquidity_1", "liquidity_0"),
}
"""The columns of each exact number."""

_WORDS = ", ".join(column for columns in WORD_COLUMNS.values() for column in columns)
_TYPED_WORDS = _WORDS.replace(",", " UBIGINT NOT NULL,") + " UBIGINT NOT NULL"
_COLUMNS = f"block_number, log_index, timestamp, tick, price, volume0, volume1, {_WORDS}"

CREATE_TABLES = f"""
CREATE TABLE IF NOT EXISTS schema_version (version INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS blocks_read (
    chain_id VARCHAR NOT NULL, pool VARCHAR NOT NULL, last_block BIGINT NOT NULL
);
CREATE TABLE IF NOT EXISTS swaps (
    chain_id VARCHAR NOT NULL, pool VARCHAR NOT NULL,
    block_number BIGINT NOT NULL, log_index BIGINT NOT NULL, timestamp BIGINT NOT NULL,
    tick BIGINT NOT NULL,
    price DOUBLE NOT NULL, volume0 DOUBLE NOT NULL, volume1 DOUBLE NOT NULL,
    {_TYPED_WORDS}
);
"""

# Whatever somebody defined in the file: tables with their columns, views, macros.
WHAT_IS_DEFINED = """
SELECT * FROM (
    SELECT 'table' AS kind, table_name AS name, sql AS definition
    FROM duckdb_tables() WHERE NOT internal AND NOT temporary
    UNION ALL SELECT 'view', view_name, sql FROM duckdb_views() WHERE NOT internal
    UNION ALL SELECT 'macro', function_name, '' FROM duckdb_functions() WHERE NOT internal
    UNION ALL SELECT 'index', index_name, sql FROM duckdb_indexes()
) ORDER BY kind, name, definition
"""

LAST_BLOCK = "SELECT max(last_block) FROM blocks_read WHERE chain_id = $1 AND pool = $2"

MARK_LAST_BLOCK = "INSERT INTO blocks_read VALUES ($1, $2, $3)"

FORGET_POOL = (
    "DELETE FROM swaps WHERE chain_id = $1 AND pool = $2",
    "DELETE FROM blocks_read WHERE chain_id = $1 AND pool = $2",
)

# Blocks that were read before are complete: what comes again from them is skipped.
INSERT_SWAPS = f"""
INSERT INTO swaps (chain_id, pool, {_COLUMNS})
SELECT $1, $2, {_COLUMNS} FROM lot
WHERE block_number > coalesce(({LAST_BLOCK}), -1)
"""  # noqa: S608  constants of ours

SWAPS = f"""
SELECT {_COLUMNS} FROM swaps WHERE chain_id = $1 AND pool = $2
ORDER BY block_number, log_index
"""  # noqa: S608  constants of ours

CANDLES = """
WITH traded AS (
    SELECT
        timestamp // $seconds * $seconds AS bucket_start,
        first(price ORDER BY block_number, log_index) AS first_price,
        last(price ORDER BY block_number, log_index) AS close,
        max(price) AS high,
        min(price) AS low,
        sum(volume0) AS volume0,
        sum(volume1) AS volume1,
        count(*) AS swaps,
        min(block_number) AS first_block,
        max(block_number) AS last_block
    FROM swaps WHERE chain_id = $chain AND pool = $pool
    GROUP BY ALL
), opened AS (
    SELECT *, coalesce(lag(close) OVER (ORDER BY bucket_start), first_price) AS open FROM traded
)
SELECT
    bucket_start, open, greatest(high, open) AS high, least(low, open) AS low, close,
    volume0, volume1, swaps, first_block, last_block
FROM opened ORDER BY bucket_start
"""
