-- The mint. Points and hashes are bytes, amounts are in a keyset's or quote's unit, times are Unix seconds.
-- What must never happen twice, and what must balance, is refused here whatever the program does.

-- Who this mint is: the public key that its seed must lead to. One row.
CREATE TABLE cashu_mint
(
    no       integer NOT NULL PRIMARY KEY CONSTRAINT cashu_mint_one CHECK (no = 1),
    identity bytea   NOT NULL CHECK (octet_length(identity) = 33)
);

-- idx counts a unit's keysets of both versions. amounts: keys for 2^0 to 2^(amounts − 1). redeemed_pruned: what spent proofs that were
-- deleted long after the final expiry were worth.
CREATE TABLE cashu_keyset
(
    no              integer          NOT NULL PRIMARY KEY,
    id              bytea            NOT NULL,
    unit            text COLLATE "C" NOT NULL,
    idx             integer          NOT NULL CHECK (idx >= 0),
    version         smallint         NOT NULL CHECK (version IN (0, 1)),
    active          smallint         NOT NULL CHECK (active IN (0, 1)),
    input_fee_ppk   bigint           NOT NULL CHECK (input_fee_ppk >= 0),
    final_expiry    bigint,
    amounts         integer          NOT NULL CHECK (amounts BETWEEN 1 AND 63),
    redeemed_pruned bigint           NOT NULL DEFAULT 0 CHECK (redeemed_pruned >= 0),
    created         bigint           NOT NULL,
    CONSTRAINT cashu_keyset_id UNIQUE (id),
    CONSTRAINT cashu_keyset_index UNIQUE (unit, idx)
);
CREATE UNIQUE INDEX cashu_keyset_active ON cashu_keyset (unit, version) WHERE active = 1;

-- What moved money: one row a swap, mint, batch or melt, inserted last, with sums that the database makes of the rows beneath it.
-- request_key: the request's hash, by which a repetition is known; null where no request asked for it.
CREATE TABLE cashu_op
(
    id          bytea            NOT NULL CHECK (octet_length(id) = 16),
    kind        text COLLATE "C" NOT NULL CHECK (kind IN ('swap', 'mint', 'batch', 'melt')),
    request_key bytea            CHECK (octet_length(request_key) = 32),
    unit        text COLLATE "C" NOT NULL,
    closed      smallint         NOT NULL CHECK (closed IN (0, 1)),
    amount_in   bigint           NOT NULL CHECK (amount_in >= 0),
    amount_out  bigint           NOT NULL CHECK (amount_out >= 0),
    fee         bigint           NOT NULL CHECK (fee >= 0),
    ln_amount   bigint           NOT NULL CHECK (ln_amount >= 0),
    ln_fee      bigint           NOT NULL CHECK (ln_fee >= 0),
    surplus     bigint           NOT NULL,
    created     bigint           NOT NULL,
    CONSTRAINT cashu_op_key PRIMARY KEY (id),
    CONSTRAINT cashu_op_request UNIQUE (request_key),
    CONSTRAINT cashu_op_closed CHECK (kind = 'melt' OR closed = 1),
    CONSTRAINT cashu_op_surplus CHECK (kind = 'melt' OR surplus = 0),
    CONSTRAINT cashu_op_swap CHECK (kind <> 'swap' OR (amount_in - fee = amount_out AND ln_amount = 0 AND ln_fee = 0)),
    CONSTRAINT cashu_op_mint CHECK
        (kind NOT IN ('mint', 'batch') OR (amount_out = ln_amount AND amount_in = 0 AND fee = 0 AND ln_fee = 0)),
    CONSTRAINT cashu_op_melt CHECK
        (kind <> 'melt' OR closed = 0 OR amount_in - amount_out - fee - ln_amount - ln_fee = surplus)
);

-- Proofs that the mint has seen: state 1 PENDING (a melt holds it), 2 SPENT. Neither secret nor signature is kept.
CREATE TABLE cashu_proof
(
    y          bytea            NOT NULL CHECK (octet_length(y) = 33),
    keyset_no  integer          NOT NULL,
    amount     bigint           NOT NULL CHECK (amount > 0),
    state      smallint         NOT NULL CHECK (state IN (1, 2)),
    op_id      bytea            NOT NULL,
    melt_quote text COLLATE "C",
    witness    text COLLATE "C",
    created    bigint           NOT NULL,
    CONSTRAINT cashu_proof_key PRIMARY KEY (y),
    CONSTRAINT cashu_proof_held CHECK (state = 2 OR melt_quote IS NOT NULL)
);
CREATE INDEX cashu_proof_op ON cashu_proof (op_id);

-- Outputs that were signed, and blank ones (no c_, amount 0) that wait for a melt's change. ord: their place in the request.
CREATE TABLE cashu_promise
(
    b_        bytea   NOT NULL CHECK (octet_length(b_) = 33),
    keyset_no integer NOT NULL,
    amount    bigint  NOT NULL CHECK (amount >= 0),
    c_        bytea   CHECK (octet_length(c_) = 33),
    e         bytea   CHECK (octet_length(e) = 32),
    s         bytea   CHECK (octet_length(s) = 32),
    op_id     bytea   NOT NULL,
    ord       integer NOT NULL,
    created   bigint  NOT NULL,
    CONSTRAINT cashu_promise_key PRIMARY KEY (b_),
    CONSTRAINT cashu_promise_signed CHECK
        ((c_ IS NULL) = (amount = 0) AND (c_ IS NULL) = (e IS NULL) AND (c_ IS NULL) = (s IS NULL))
);
CREATE INDEX cashu_promise_op ON cashu_promise (op_id, ord);

-- Invoices of ours, and the ecash that is issued once they are paid. node: which Lightning node made the invoice.
CREATE TABLE cashu_mint_quote
(
    id            text COLLATE "C" NOT NULL,
    method        text COLLATE "C" NOT NULL,
    unit          text COLLATE "C" NOT NULL,
    amount        bigint           NOT NULL CHECK (amount > 0),
    request       text COLLATE "C" NOT NULL,
    payment_hash  bytea            NOT NULL CHECK (octet_length(payment_hash) = 32),
    node          bytea            NOT NULL CHECK (octet_length(node) = 33),
    pubkey        bytea            CHECK (octet_length(pubkey) = 33),
    expiry        bigint,
    amount_paid   bigint           NOT NULL DEFAULT 0,
    amount_issued bigint           NOT NULL DEFAULT 0,
    op_id         bytea,
    created       bigint           NOT NULL,
    updated_at    bigint           NOT NULL,
    CONSTRAINT cashu_mint_quote_key PRIMARY KEY (id),
    CONSTRAINT cashu_mint_quote_hash UNIQUE (payment_hash),
    CONSTRAINT cashu_mint_quote_request UNIQUE (request),
    CONSTRAINT cashu_mint_quote_issued CHECK (amount_issued BETWEEN 0 AND amount_paid),
    CONSTRAINT cashu_mint_quote_paid CHECK (method <> 'bolt11' OR amount_paid <= amount)
);
CREATE INDEX cashu_mint_quote_unpaid ON cashu_mint_quote (expiry) WHERE amount_paid = 0;
CREATE INDEX cashu_mint_quote_op ON cashu_mint_quote (op_id) WHERE op_id IS NOT NULL;

-- Each payment that came in, once. amount: what was credited, in the quote's unit; surplus: what was credited to nobody, in thousandths
-- of a satoshi. payment_id: the payment hash, with a byte 01 behind it for what the node settled after we had settled inside.
CREATE TABLE cashu_mint_payment
(
    payment_id bytea            NOT NULL CHECK (octet_length(payment_id) IN (32, 33)),
    quote      text COLLATE "C",
    source     text COLLATE "C" NOT NULL CHECK (source IN ('stream', 'lookup', 'dev', 'internal')),
    amount     bigint           NOT NULL CHECK (amount >= 0),
    surplus    bigint           NOT NULL CHECK (surplus >= 0),
    received   bigint           NOT NULL,
    CONSTRAINT cashu_mint_payment_key PRIMARY KEY (payment_id),
    CONSTRAINT cashu_mint_payment_owner CHECK (quote IS NOT NULL OR amount = 0)
);

-- Invoices that are to be paid for ecash. state: 0 UNPAID, 1 PENDING, 2 PAID. blanks: how many outputs the melt came with for its change;
-- null where it came without a list of them.
CREATE TABLE cashu_melt_quote
(
    id           text COLLATE "C" NOT NULL,
    method       text COLLATE "C" NOT NULL,
    unit         text COLLATE "C" NOT NULL,
    request      text COLLATE "C" NOT NULL,
    payment_hash bytea            NOT NULL CHECK (octet_length(payment_hash) = 32),
    amount       bigint           NOT NULL CHECK (amount > 0),
    amount_msat  bigint           NOT NULL CHECK (amount_msat > 0),
    fee_reserve  bigint           NOT NULL CHECK (fee_reserve >= 0),
    state        smallint         NOT NULL CHECK (state IN (0, 1, 2)),
    expiry       bigint           NOT NULL,
    preimage     bytea            CHECK (octet_length(preimage) = 32),
    fee_paid     bigint           NOT NULL DEFAULT 0 CHECK (fee_paid >= 0),
    op_id        bytea,
    blanks       integer,
    created      bigint           NOT NULL,
    updated_at   bigint           NOT NULL,
    CONSTRAINT cashu_melt_quote_key PRIMARY KEY (id),
    CONSTRAINT cashu_melt_quote_paid CHECK ((state = 2) = (preimage IS NOT NULL))
);
CREATE UNIQUE INDEX cashu_melt_quote_hash ON cashu_melt_quote (payment_hash) WHERE state IN (1, 2);
CREATE INDEX cashu_melt_quote_unpaid ON cashu_melt_quote (expiry) WHERE state = 0;

-- Payments of ours, an attempt each; written before anything is sent. seen_index null: never sent. ask_at null: never asked about again.
-- error: what whoever waits for a failed attempt is told. released: the inputs that it gave back.
CREATE TABLE cashu_payment
(
    quote        text COLLATE "C" NOT NULL,
    attempt      integer          NOT NULL CHECK (attempt > 0),
    payment_hash bytea            NOT NULL CHECK (octet_length(payment_hash) = 32),
    internal     smallint         NOT NULL CHECK (internal IN (0, 1)),
    amount_msat  bigint           NOT NULL CHECK (amount_msat > 0),
    max_fee_msat bigint           NOT NULL CHECK (max_fee_msat >= 0),
    node         bytea            CHECK (octet_length(node) = 33),
    seen_index   bigint,
    shown        smallint         NOT NULL DEFAULT 0 CHECK (shown IN (0, 1)),
    owner        text COLLATE "C" NOT NULL,
    started      bigint           NOT NULL,
    ask_at       bigint,
    outcome      text COLLATE "C" CHECK (outcome IN ('paid', 'failed')),
    error        integer,
    released     bytea,
    closed       bigint,
    CONSTRAINT cashu_payment_key PRIMARY KEY (quote, attempt),
    CONSTRAINT cashu_payment_noted CHECK ((node IS NULL) = (seen_index IS NULL)),
    CONSTRAINT cashu_payment_closed CHECK ((outcome IS NULL) = (closed IS NULL)),
    CONSTRAINT cashu_payment_failed CHECK ((error IS NULL) = (outcome IS NULL OR outcome = 'paid'))
);
CREATE UNIQUE INDEX cashu_payment_open_quote ON cashu_payment (quote) WHERE outcome IS NULL;
CREATE UNIQUE INDEX cashu_payment_open_hash ON cashu_payment (payment_hash) WHERE outcome IS NULL;
CREATE INDEX cashu_payment_ask ON cashu_payment (ask_at) WHERE ask_at IS NOT NULL;

-- How far a Lightning node's stream of payments was read.
CREATE TABLE cashu_ln_cursor
(
    node     bytea  NOT NULL CHECK (octet_length(node) = 33),
    position bigint NOT NULL,
    CONSTRAINT cashu_ln_cursor_key PRIMARY KEY (node)
);
