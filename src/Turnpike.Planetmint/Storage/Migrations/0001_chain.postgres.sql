-- The chain. `position` is height * 2^20 + the transaction's index in its block: one number that orders the whole log.
-- pm_tx in order of position IS the event log; there is no second one to disagree with.

CREATE TABLE pm_block
(
  height       bigint NOT NULL PRIMARY KEY CHECK (height >= 0),
  app_hash     text   COLLATE "C" NOT NULL,
  committed_at bigint NOT NULL,                       -- milliseconds since 1970, UTC
  tx_count     bigint NOT NULL CHECK (tx_count >= 0)
);

CREATE TABLE pm_tx
(
  position      bigint NOT NULL PRIMARY KEY,
  id            bytea  NOT NULL CHECK (octet_length(id) = 32),
  operation     text   COLLATE "C" NOT NULL,
  asset_id      bytea  NOT NULL CHECK (octet_length(asset_id) = 32),
  body          bytea  NOT NULL,                      -- canonical JSON with the id: what clients get back, byte for byte
  data_hash     bytea  CHECK (octet_length(data_hash) = 32),      -- sha3-256 of asset data that is one string (a CID), else null
  metadata_hash bytea  CHECK (octet_length(metadata_hash) = 32),  -- the same of metadata
  CONSTRAINT pm_tx_id UNIQUE (id)
);
-- Without the CREATEs, which pm_tx_id finds: a random page of the index less to write for each.
CREATE INDEX pm_tx_asset ON pm_tx (asset_id, position) WHERE asset_id <> id;
CREATE INDEX pm_tx_data_hash ON pm_tx (data_hash, position) WHERE data_hash IS NOT NULL;
CREATE INDEX pm_tx_metadata_hash ON pm_tx (metadata_hash, position) WHERE metadata_hash IS NOT NULL;

CREATE TABLE pm_output
(
  tx_id        bytea  NOT NULL CHECK (octet_length(tx_id) = 32),
  output_index bigint NOT NULL CHECK (output_index >= 0),
  asset_id     bytea  NOT NULL CHECK (octet_length(asset_id) = 32),
  amount       bigint NOT NULL CHECK (amount BETWEEN 1 AND 9000000000000000000),
  condition    bytea  NOT NULL,                       -- DER: what a fulfillment must match
  owners       bytea  NOT NULL,                       -- the public_keys, 32 bytes each, ascending
  position     bigint NOT NULL,
  PRIMARY KEY (tx_id, output_index)
);

-- Every distinct key in an output's condition, nested ones too.
CREATE TABLE pm_output_key
(
  public_key   bytea  NOT NULL CHECK (octet_length(public_key) = 32),
  position     bigint NOT NULL,
  output_index bigint NOT NULL,
  PRIMARY KEY (public_key, position, output_index)
);

-- Who signed: owners_before of the inputs.
CREATE TABLE pm_owner
(
  public_key bytea  NOT NULL CHECK (octet_length(public_key) = 32),
  position   bigint NOT NULL,
  PRIMARY KEY (public_key, position)
);

-- The primary key is what prevents a double spend, whatever the code or another node does;
-- the foreign key prevents spending nothing.
CREATE TABLE pm_spend
(
  spent_tx    bytea  NOT NULL,
  spent_index bigint NOT NULL,
  position    bigint NOT NULL,
  CONSTRAINT pm_spend_key PRIMARY KEY (spent_tx, spent_index),
  CONSTRAINT pm_spend_of_output FOREIGN KEY (spent_tx, spent_index) REFERENCES pm_output (tx_id, output_index)
);

-- Search over string values. English stems of every word, stop words too; words come in small letters, without punctuation.
-- Marks on letters are taken off here, as the program has no table of them.
CREATE TEXT SEARCH DICTIONARY pm_stem (TEMPLATE = snowball, LANGUAGE = english);
CREATE TEXT SEARCH CONFIGURATION pm_words (COPY = pg_catalog.simple);
ALTER TEXT SEARCH CONFIGURATION pm_words ALTER MAPPING REPLACE simple WITH pm_stem;

CREATE FUNCTION pm_unmarked(words text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN regexp_replace(normalize(words, NFD), U&'[\0300-\036F]+', '', 'g');
CREATE FUNCTION pm_index(words text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN to_tsvector('pm_words', pm_unmarked(words));
CREATE FUNCTION pm_match(terms text) RETURNS tsquery LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN to_tsquery('pm_words', pm_unmarked(terms));

-- The words' index only, the text itself is in pm_tx.body.
CREATE TABLE pm_asset_text
(
  position bigint   NOT NULL PRIMARY KEY,
  words    tsvector NOT NULL
);
CREATE TABLE pm_metadata_text
(
  position bigint   NOT NULL PRIMARY KEY,
  words    tsvector NOT NULL
);
CREATE INDEX pm_asset_text_words ON pm_asset_text USING gin (words);
CREATE INDEX pm_metadata_text_words ON pm_metadata_text USING gin (words);
