-- The simulated Lightning node: its invoices and those of the simulated node elsewhere. Times are Unix time in milliseconds.
-- pay_at: when it pays itself; NULL = on demand, or settled. settle_index: the order of settlement, the stream's cursor.
CREATE TABLE cashu_fake_invoice
(
    payment_hash bytea   NOT NULL CHECK (length(payment_hash) = 32),
    preimage     bytea   NOT NULL CHECK (length(preimage) = 32),
    request      text    NOT NULL,
    amount_msat  bigint,
    is_foreign   bigint  NOT NULL,
    expires_at   bigint  NOT NULL,
    pay_at       bigint,
    paid_at      bigint,
    settle_index bigint,
    is_canceled  bigint  NOT NULL,
    CONSTRAINT cashu_fake_invoice_key PRIMARY KEY (payment_hash),
    CONSTRAINT cashu_fake_invoice_settled UNIQUE (settle_index),
    CONSTRAINT cashu_fake_invoice_own CHECK (is_foreign = 1 OR amount_msat IS NOT NULL),
    CONSTRAINT cashu_fake_invoice_state CHECK
        ((paid_at IS NULL) = (settle_index IS NULL) AND (paid_at IS NULL OR pay_at IS NULL) AND (is_canceled = 0 OR pay_at IS NULL))
);

CREATE INDEX cashu_fake_invoice_due ON cashu_fake_invoice (pay_at) WHERE pay_at IS NOT NULL;

-- Its payments. state: 1 in flight, 2 paid, 3 failed. fails, hidden: what its invoice's description asked for. pays counts settlements;
-- it is paid at most once.
CREATE TABLE cashu_fake_payment
(
    payment_hash bytea   NOT NULL CHECK (length(payment_hash) = 32),
    idx          bigint  NOT NULL,
    pays         bigint  NOT NULL,
    state        bigint  NOT NULL,
    preimage     bytea   NOT NULL CHECK (length(preimage) = 32),
    fee_msat     bigint  NOT NULL CHECK (fee_msat >= 0),
    settle_at    bigint  NOT NULL,
    fails        text,
    hidden       bigint  NOT NULL,
    CONSTRAINT cashu_fake_payment_key PRIMARY KEY (payment_hash),
    CONSTRAINT cashu_fake_payment_order UNIQUE (idx),
    CONSTRAINT cashu_fake_payment_once CHECK ((pays = 0 AND state IN (1, 3)) OR (pays = 1 AND state = 2))
);
