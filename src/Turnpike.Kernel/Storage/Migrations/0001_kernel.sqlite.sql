-- Which migrations this file has had, and what they were.
CREATE TABLE migration
(
    module     TEXT    NOT NULL,
    number     INTEGER NOT NULL,
    name       TEXT    NOT NULL,
    hash       BLOB    NOT NULL CHECK (length(hash) = 32),
    applied_at INTEGER NOT NULL,
    PRIMARY KEY (module, number)
) STRICT, WITHOUT ROWID;

-- The log, the transport and the means to resume. AUTOINCREMENT: without it numbering starts again at 1 once retention
-- has deleted the last row. "at" is Unix time in milliseconds.
CREATE TABLE event
(
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    topic    TEXT    NOT NULL,
    type     TEXT    NOT NULL,
    version  INTEGER NOT NULL,
    payload  BLOB    NOT NULL,
    at       INTEGER NOT NULL
) STRICT;

-- Of the topics that begin with a prefix, every event up to the position may have been deleted.
CREATE TABLE floor
(
    prefix   TEXT    NOT NULL PRIMARY KEY,
    position INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Who this installation is, system by system: public keys that its seed must lead to.
CREATE TABLE identity
(
    name       TEXT NOT NULL PRIMARY KEY,
    public_key BLOB NOT NULL
) STRICT, WITHOUT ROWID;
