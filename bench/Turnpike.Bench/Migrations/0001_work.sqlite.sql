-- The standard work's tables: an account that is read and updated, and what it spends.
CREATE TABLE account
(
    key     BLOB    NOT NULL PRIMARY KEY CHECK (length(key) = 32),
    balance INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE spend
(
    key BLOB    NOT NULL PRIMARY KEY CHECK (length(key) = 33),
    at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
