CREATE TABLE account
(
    id      BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 32),
    balance INTEGER NOT NULL,
    CONSTRAINT account_covered CHECK (balance >= 0)
) STRICT, WITHOUT ROWID;

CREATE TABLE posting
(
    key     BLOB    NOT NULL CONSTRAINT posting_key PRIMARY KEY,
    account BLOB    NOT NULL CONSTRAINT posting_account REFERENCES account (id),
    amount  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE anything
(
    id      INTEGER PRIMARY KEY,
    number  INTEGER,
    text    TEXT,
    bytes   BLOB
) STRICT;
