-- The chain. `position` is height * 2^20 + the transaction's index in its block: one number that orders the whole log.
-- pm_tx in order of position IS the event log; there is no second one to disagree with.

CREATE TABLE pm_block (
  height       INTEGER NOT NULL PRIMARY KEY CHECK (height >= 0),
  app_hash     TEXT    NOT NULL,
  committed_at INTEGER NOT NULL,                      -- milliseconds since 1970, UTC
  tx_count     INTEGER NOT NULL CHECK (tx_count >= 0)
) STRICT;

CREATE TABLE pm_tx (
  position      INTEGER NOT NULL PRIMARY KEY,         -- also the rowid in the text tables
  id            BLOB NOT NULL CHECK (length(id) = 32),
  operation     TEXT NOT NULL,
  asset_id      BLOB NOT NULL CHECK (length(asset_id) = 32),
  body          BLOB NOT NULL,                        -- canonical JSON with the id: what clients get back, byte for byte
  data_hash     BLOB CHECK (length(data_hash) = 32),      -- sha3-256 of asset data that is one string (a CID), else null
  metadata_hash BLOB CHECK (length(metadata_hash) = 32),  -- the same of metadata
  CONSTRAINT pm_tx_id UNIQUE (id)
) STRICT;
-- Without the CREATEs, which pm_tx_id finds: a random page of the index less to write for each (a sixth of all bytes written).
CREATE INDEX pm_tx_asset ON pm_tx (asset_id, position) WHERE asset_id <> id;
CREATE INDEX pm_tx_data_hash ON pm_tx (data_hash, position) WHERE data_hash IS NOT NULL;
CREATE INDEX pm_tx_metadata_hash ON pm_tx (metadata_hash, position) WHERE metadata_hash IS NOT NULL;

CREATE TABLE pm_output (
  tx_id        BLOB    NOT NULL CHECK (length(tx_id) = 32),
  output_index INTEGER NOT NULL CHECK (output_index >= 0),
  asset_id     BLOB    NOT NULL CHECK (length(asset_id) = 32),
  amount       INTEGER NOT NULL CHECK (amount BETWEEN 1 AND 9000000000000000000),
  condition    BLOB    NOT NULL,                      -- DER: what a fulfillment must match
  owners       BLOB    NOT NULL,                      -- the public_keys, 32 bytes each, ascending
  position     INTEGER NOT NULL,
  PRIMARY KEY (tx_id, output_index)
) STRICT, WITHOUT ROWID;

-- Every distinct key in an output's condition, nested ones too.
CREATE TABLE pm_output_key (
  public_key   BLOB    NOT NULL CHECK (length(public_key) = 32),
  position     INTEGER NOT NULL,
  output_index INTEGER NOT NULL,
  PRIMARY KEY (public_key, position, output_index)
) STRICT, WITHOUT ROWID;

-- Who signed: owners_before of the inputs.
CREATE TABLE pm_owner (
  public_key BLOB    NOT NULL CHECK (length(public_key) = 32),
  position   INTEGER NOT NULL,
  PRIMARY KEY (public_key, position)
) STRICT, WITHOUT ROWID;

-- The primary key is what prevents a double spend, whatever the code or another node does;
-- the foreign key prevents spending nothing.
CREATE TABLE pm_spend (
  spent_tx    BLOB    NOT NULL,
  spent_index INTEGER NOT NULL,
  position    INTEGER NOT NULL,
  CONSTRAINT pm_spend_key PRIMARY KEY (spent_tx, spent_index),
  CONSTRAINT pm_spend_of_output FOREIGN KEY (spent_tx, spent_index) REFERENCES pm_output (tx_id, output_index)
) STRICT, WITHOUT ROWID;

-- Search over string values. Contentless: the words' index only, the text itself is in pm_tx.body.
CREATE VIRTUAL TABLE pm_asset_text    USING fts5(words, content = '', tokenize = 'porter unicode61 remove_diacritics 2');
CREATE VIRTUAL TABLE pm_metadata_text USING fts5(words, content = '', tokenize = 'porter unicode61 remove_diacritics 2');
