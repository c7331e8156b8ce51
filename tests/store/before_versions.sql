-- The tables as they were made before databases had versions, on SQLite.
CREATE TABLE drafts (
    launch_id VARCHAR(64) NOT NULL,
    owner VARCHAR(64) NOT NULL,
    sealed BLOB NOT NULL,
    revision INTEGER NOT NULL,
    changed_at BIGINT NOT NULL,
    PRIMARY KEY (launch_id)
);

CREATE INDEX drafts_by_owner ON drafts (owner, changed_at);

CREATE TABLE feedback (
    id VARCHAR(32) NOT NULL,
    reminder TEXT NOT NULL,
    version INTEGER NOT NULL,
    month VARCHAR(7) NOT NULL,
    sealed BLOB NOT NULL,
    PRIMARY KEY (id)
);

CREATE TABLE hidden_reminders (
    mark VARCHAR(64) NOT NULL,
    hidden_on BIGINT NOT NULL,
    PRIMARY KEY (mark)
);

CREATE INDEX hidden_reminders_by_age ON hidden_reminders (hidden_on);

CREATE TABLE launches (
    id VARCHAR(64) NOT NULL,
    browser VARCHAR(64) NOT NULL,
    owner VARCHAR(64) NOT NULL,
    context BLOB NOT NULL,
    tokens BLOB NOT NULL,
    tokens_version INTEGER NOT NULL,
    ended VARCHAR(40),
    last_seen BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (id)
);

CREATE TABLE ledger (
    item_id VARCHAR(64) NOT NULL,
    launch_id VARCHAR(64) NOT NULL,
    owner VARCHAR(64) NOT NULL,
    position INTEGER NOT NULL,
    rung VARCHAR(20) NOT NULL,
    state VARCHAR(20) NOT NULL,
    attempt INTEGER NOT NULL,
    sealed BLOB NOT NULL,
    changed_at BIGINT NOT NULL,
    PRIMARY KEY (item_id),
    CONSTRAINT ledger_one_place_each UNIQUE (launch_id, position)
);

CREATE INDEX ledger_by_launch ON ledger (launch_id, position);

CREATE TABLE pending_launches (
    state VARCHAR(64) NOT NULL,
    browser VARCHAR(64) NOT NULL,
    sealed BLOB NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (state)
);

CREATE TABLE set_aside (
    patient VARCHAR(64) NOT NULL,
    statement VARCHAR(64) NOT NULL,
    set_aside_at BIGINT NOT NULL,
    PRIMARY KEY (patient, statement)
);

CREATE INDEX set_aside_by_age ON set_aside (set_aside_at);

CREATE TABLE shown_reminders (
    patient VARCHAR(64) NOT NULL,
    trigger_mark VARCHAR(64) NOT NULL,
    visit VARCHAR(64) NOT NULL,
    shown_at BIGINT NOT NULL,
    PRIMARY KEY (patient, trigger_mark, visit)
);

CREATE INDEX shown_reminders_by_age ON shown_reminders (shown_at);
