-- Which migrations this database has had, and what they were.
CREATE TABLE migration
(
    module     text COLLATE "C" NOT NULL,
    number     bigint           NOT NULL,
    name       text COLLATE "C" NOT NULL,
    hash       bytea            NOT NULL CHECK (octet_length(hash) = 32),
    applied_at bigint           NOT NULL,
    PRIMARY KEY (module, number)
);

-- The log, the transport and the means to resume. A position is drawn last in its transaction, under a shared lock that the
-- feeds' fences wait for; no cache, or a session would keep positions back. "at" is Unix time in milliseconds.
CREATE SEQUENCE event_position AS bigint CACHE 1;
CREATE TABLE event
(
    position bigint           NOT NULL PRIMARY KEY,
    topic    text COLLATE "C" NOT NULL,
    type     text COLLATE "C" NOT NULL,
    version  bigint           NOT NULL,
    payload  bytea            NOT NULL,
    at       bigint           NOT NULL
);

-- Of the topics that begin with a prefix, every event up to the position may have been deleted.
CREATE TABLE floor
(
    prefix   text COLLATE "C" NOT NULL PRIMARY KEY,
    position bigint           NOT NULL
);

-- Who this installation is, system by system: public keys that its seed must lead to.
CREATE TABLE identity
(
    name       text COLLATE "C" NOT NULL PRIMARY KEY,
    public_key bytea            NOT NULL
);

-- What became of a work whose COMMIT was not answered. The work writes its row with done = true; who asks writes one with
-- done = false first, and then that work can never commit.
CREATE TABLE work_done
(
    id   uuid        NOT NULL PRIMARY KEY,
    done boolean     NOT NULL,
    at   timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- Who does what only one node may do. The token rises with each change of hands.
CREATE TABLE lease
(
    name   text COLLATE "C" NOT NULL PRIMARY KEY,
    holder text COLLATE "C" NOT NULL,
    token  bigint           NOT NULL CHECK (token > 0),
    until  timestamptz      NOT NULL
);

-- A work under a lease begins with this. The row's lock lets other works under the lease in, and holds off who would take over.
CREATE FUNCTION lease_fence(lease_name text, lease_token bigint) RETURNS void LANGUAGE plpgsql AS
'BEGIN
  PERFORM 1 FROM lease WHERE name = lease_name AND token = lease_token FOR SHARE;
  IF NOT FOUND THEN RAISE EXCEPTION ''the lease % is another holder''''s by now'', lease_name USING ERRCODE = ''TP001''; END IF;
END';
