-- The standard work's tables: an account that is read and updated, and what it spends.
CREATE TABLE account
(
    key     bytea  NOT NULL PRIMARY KEY CHECK (octet_length(key) = 32),
    balance bigint NOT NULL
);

CREATE TABLE spend
(
    key bytea  NOT NULL PRIMARY KEY CHECK (octet_length(key) = 33),
    at  bigint NOT NULL
);
