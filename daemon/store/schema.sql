-- SPDX-License-Identifier: Apache-2.0
-- Schema 1. Times are milliseconds UTC; states are names, their CHECKs (@…@) come from the tables in core/.
-- One store is one school. The comments say what a row is; the aggregates' .c files say how it is used.

CREATE TABLE setting (          -- epoch, demo, …
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE run (              -- one life of the daemon
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    started   INTEGER NOT NULL,
    last_seen INTEGER NOT NULL,
    clean     INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE line (             -- a phone number as a thing of its own
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    e164      TEXT NOT NULL UNIQUE,
    type      TEXT NOT NULL DEFAULT 'mobile' CHECK (type IN ('mobile', 'landline', 'other')),
    state     TEXT NOT NULL DEFAULT 'ok' CHECK (state IN ('ok', 'suspect', 'wrong')),
    optout_at INTEGER,
    failures  INTEGER NOT NULL DEFAULT 0,  -- weeks with a permanent failure, in a row
    failed_at INTEGER,                     -- the last one
    automatic INTEGER NOT NULL DEFAULT 0,  -- automatic answers, ever
    automatic_since INTEGER                -- the guard against loops counts from here: a person or a real answer intervened
) STRICT;

CREATE TABLE person (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    ref      TEXT NOT NULL UNIQUE,
    name     TEXT NOT NULL,
    language TEXT NOT NULL DEFAULT 'zh',
    dialect  TEXT,
    reads    INTEGER NOT NULL DEFAULT 1,
    sends    INTEGER NOT NULL DEFAULT 1,
    hears    INTEGER NOT NULL DEFAULT 1,
    quiet    TEXT,                          -- own quiet hours, "21:00-07:00"
    work_place TEXT,
    deceased INTEGER NOT NULL DEFAULT 0,
    remark   TEXT
) STRICT;
CREATE INDEX person_name ON person (name);

CREATE TABLE person_line (
    person       INTEGER NOT NULL REFERENCES person,
    line         INTEGER NOT NULL REFERENCES line,
    rank         INTEGER NOT NULL DEFAULT 1,
    confirmed_at INTEGER,
    PRIMARY KEY (person, line)
) STRICT, WITHOUT ROWID;
CREATE INDEX person_line_line ON person_line (line);

CREATE TABLE student (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    ref         TEXT NOT NULL UNIQUE,      -- 学籍号 or the configured key
    name        TEXT NOT NULL,
    former_name TEXT,
    sex         TEXT CHECK (sex IN ('male', 'female')),
    birth       TEXT,                      -- YYYY-MM-DD or YYYY-MM
    class       TEXT,
    grade       TEXT,
    village     TEXT,
    village_group TEXT,                    -- 村民小组
    left_behind INTEGER NOT NULL DEFAULT 0,
    boarding    INTEGER NOT NULL DEFAULT 0,
    language    TEXT,
    remark      TEXT,
    gone_at     INTEGER                    -- left the school
) STRICT;
CREATE INDEX student_name ON student (name);
CREATE INDEX student_class ON student (class);

CREATE TABLE relation (         -- person to student
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    student    INTEGER NOT NULL REFERENCES student,
    person     INTEGER NOT NULL REFERENCES person,
    kind       TEXT NOT NULL,              -- a key of value.relation in headers.csv: father, paternal_grandmother …
    word       TEXT,                       -- as the family says it
    rank       INTEGER NOT NULL,           -- in the emergency chain, 1 first
    guardian   INTEGER NOT NULL DEFAULT 0, -- cares for the child day by day
    restricted INTEGER NOT NULL DEFAULT 0,
    since      INTEGER,
    until      INTEGER,
    UNIQUE (student, person)
) STRICT;
CREATE INDEX relation_person ON relation (person);

CREATE TABLE role (
    id     INTEGER PRIMARY KEY AUTOINCREMENT,
    person INTEGER NOT NULL REFERENCES person,
    role   TEXT NOT NULL,
    class  TEXT,
    since  INTEGER,
    until  INTEGER
) STRICT;
CREATE INDEX role_person ON role (person);
CREATE INDEX role_role ON role (role, class);

CREATE TABLE pairing (          -- mentor to student
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    mentor  INTEGER NOT NULL REFERENCES person,
    student INTEGER NOT NULL REFERENCES student,
    since   INTEGER,
    until   INTEGER,
    UNIQUE (mentor, student)
) STRICT;
CREATE INDEX pairing_student ON pairing (student);

CREATE TABLE peer (             -- pupil to pupil (手拉手); the lower id is the student
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    student INTEGER NOT NULL REFERENCES student,
    peer    INTEGER NOT NULL REFERENCES student,
    since   INTEGER,
    until   INTEGER,
    UNIQUE (student, peer),
    CHECK (student < peer)
) STRICT;
CREATE INDEX peer_peer ON peer (peer);

CREATE TABLE rota (             -- who is on duty when
    id     INTEGER PRIMARY KEY AUTOINCREMENT,
    person INTEGER NOT NULL REFERENCES person,
    post   TEXT NOT NULL DEFAULT 'duty',
    since  INTEGER NOT NULL,
    until  INTEGER NOT NULL
) STRICT;
CREATE INDEX rota_since ON rota (since);

CREATE TABLE party (            -- a named group of students and persons (audience group:)
    name    TEXT NOT NULL,
    student INTEGER REFERENCES student,
    person  INTEGER REFERENCES person,
    CHECK ((student IS NULL) <> (person IS NULL))
) STRICT;
CREATE INDEX party_name ON party (name);

CREATE TABLE schedule (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    name     TEXT NOT NULL UNIQUE,
    kind     TEXT NOT NULL,
    audience TEXT NOT NULL,
    template TEXT,
    text     TEXT,
    ladder   TEXT,
    rrule    TEXT NOT NULL,                -- RFC 5545
    start    TEXT NOT NULL,                -- DTSTART, floating, in the school's zone: YYYYMMDDTHHMMSS
    days     TEXT NOT NULL DEFAULT 'any' CHECK (days IN ('any', 'school')),
    on_holiday TEXT NOT NULL DEFAULT 'keep' CHECK (on_holiday IN ('keep', 'skip', 'next', 'before')),
    in_quiet TEXT NOT NULL DEFAULT 'wait' CHECK (in_quiet IN ('wait', 'skip', 'before')),
    state    TEXT NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'paused', 'removed')),
    next_at  INTEGER,
    next_origin INTEGER,                   -- the date by the rule, which names the cause; NULL: next_at is it
    created  INTEGER NOT NULL
) STRICT;
CREATE INDEX schedule_next ON schedule (next_at) WHERE state = 'active';

CREATE TABLE cause (            -- one occurrence, one broadcast, one meeting, one alert
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    key      TEXT NOT NULL UNIQUE,
    kind     TEXT NOT NULL CHECK (kind IN (@kinds@)),
    lane     TEXT NOT NULL CHECK (lane IN (@lanes@)),
    title    TEXT NOT NULL,
    schedule INTEGER REFERENCES schedule,
    audience TEXT NOT NULL,                -- as text; "" when the recipients were given
    content  TEXT NOT NULL,                -- snapshot, JSON: {"zh": …, "en": …, "voice.zh": …}
    ladder   TEXT NOT NULL DEFAULT '{}',   -- snapshot, JSON
    drill    INTEGER NOT NULL DEFAULT 0,
    state    TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'paused', 'cancelled', 'done', 'missed')),
    stage    TEXT NOT NULL DEFAULT 'resolve' CHECK (stage IN ('resolve', 'expand', 'release', 'cancel', 'ready')),
    cursor   INTEGER NOT NULL DEFAULT 0,
    due      INTEGER NOT NULL,             -- not before
    expires  INTEGER NOT NULL,
    created  INTEGER NOT NULL,
    by       TEXT NOT NULL
) STRICT;
CREATE INDEX cause_emergency ON cause (id) WHERE lane = 'emergency';
CREATE INDEX cause_work ON cause (due) WHERE stage <> 'ready';

CREATE TABLE recipient (        -- who is to hear of a cause, on which line and about whom; or why not
    cause   INTEGER NOT NULL REFERENCES cause,
    line    INTEGER NOT NULL,              -- below 0: no line
    student INTEGER NOT NULL,              -- 0: about no child
    person  INTEGER NOT NULL,              -- 0: nobody
    channel TEXT NOT NULL,
    reason  TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (cause, line, student, person)
) STRICT, WITHOUT ROWID;
CREATE INDEX recipient_student ON recipient (cause, student);

CREATE TABLE ask (              -- one question about one student or to one person
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    cause    INTEGER NOT NULL REFERENCES cause,
    student  INTEGER REFERENCES student,
    person   INTEGER REFERENCES person,
    subject  TEXT NOT NULL DEFAULT '',     -- what it is about, where that is no child: the class of a roll
    urgent   INTEGER NOT NULL DEFAULT 0,   -- its cause's lane is the emergencies'
    state    TEXT NOT NULL DEFAULT 'open' CHECK (state IN (@ask_states@)),
    outcome  TEXT NOT NULL DEFAULT '',     -- fold of its answers
    value    INTEGER,
    due      INTEGER NOT NULL,
    grace    INTEGER NOT NULL,
    round    INTEGER NOT NULL DEFAULT 0,
    step     INTEGER NOT NULL DEFAULT 0,   -- of the ladder's first branch: which fires next
    anchor   INTEGER,                      -- when the step before it fired
    next_at  INTEGER,
    wait     TEXT NOT NULL DEFAULT '',     -- a reason; 'settling': taken, its outcome is awaited until done_by
    version  INTEGER NOT NULL DEFAULT 1,
    acked_by INTEGER REFERENCES person,    -- emergencies: who took it, where that is known
    acked_line INTEGER REFERENCES line,
    acked_at INTEGER,                      -- NULL: not taken (or the acknowledgement expired)
    done_by  INTEGER,                      -- until when whoever took it has time for an outcome
    reminded_at INTEGER,
    told_at  INTEGER,                      -- when the others are told that it is settled
    told_version INTEGER,                  -- unless the ask has moved on by then
    closed   TEXT,                         -- outcome a person gave
    handled_at INTEGER,                    -- a person has seen to it
    handled_by TEXT
) STRICT;
CREATE UNIQUE INDEX ask_key ON ask (cause, ifnull(student, 0), ifnull(person, 0), subject);
CREATE INDEX ask_next ON ask (urgent, next_at) WHERE state = 'open';
CREATE INDEX ask_settling ON ask (next_at) WHERE state = 'waiting' AND wait = 'settling';
CREATE INDEX ask_waiting ON ask (id) WHERE state = 'waiting';
CREATE INDEX ask_told ON ask (told_at) WHERE told_at IS NOT NULL;
CREATE INDEX ask_cause ON ask (cause, id);
CREATE INDEX ask_wanted ON ask (cause) WHERE state = 'open';
CREATE INDEX ask_student ON ask (student);

CREATE TABLE branch (           -- a ladder's further branches, each with its own place; the first one's is in ask
    ask     INTEGER NOT NULL REFERENCES ask,
    branch  INTEGER NOT NULL,              -- 1 …, in the order of the ladder
    urgent  INTEGER NOT NULL,
    round   INTEGER NOT NULL,
    step    INTEGER NOT NULL,              -- which fires next, among all steps of the ladder; their number: at its end
    anchor  INTEGER NOT NULL,              -- when the step before it fired
    next_at INTEGER,                       -- NULL: at its end, or the ask is not open
    PRIMARY KEY (ask, branch)
) STRICT, WITHOUT ROWID;
CREATE INDEX branch_next ON branch (urgent, next_at) WHERE next_at IS NOT NULL;

CREATE TABLE attempt (          -- ask × round × step × person × line × channel × n-th call: made or skipped
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    ask     INTEGER NOT NULL REFERENCES ask,
    round   INTEGER NOT NULL,
    step    INTEGER NOT NULL,
    person  INTEGER REFERENCES person,
    line    INTEGER REFERENCES line,
    channel TEXT NOT NULL,
    n       INTEGER NOT NULL,
    message INTEGER REFERENCES message,
    skipped TEXT,
    at      INTEGER NOT NULL,
    CHECK ((message IS NULL) <> (skipped IS NULL))
) STRICT;
CREATE UNIQUE INDEX attempt_key ON attempt (ask, round, step, ifnull(person, 0), ifnull(line, 0), channel, n);
CREATE INDEX attempt_message ON attempt (message) WHERE message IS NOT NULL;

CREATE TABLE taking (           -- one answer to many asks of a cause, gone through in slices
    id     INTEGER PRIMARY KEY AUTOINCREMENT,
    cause  INTEGER NOT NULL REFERENCES cause,
    line   INTEGER REFERENCES line,        -- only those put to this line; NULL: all
    person INTEGER REFERENCES person,
    reply  INTEGER REFERENCES reply,
    class  TEXT NOT NULL,                  -- of an answer, or 'closed': an outcome given by a person
    rest   TEXT,
    via    TEXT NOT NULL,
    by     TEXT,
    at     INTEGER NOT NULL,
    settles INTEGER NOT NULL,              -- what it has not come to yet climbs no more
    cursor INTEGER NOT NULL DEFAULT 0      -- the last ask that has it
) STRICT;
CREATE INDEX taking_cause ON taking (cause);

CREATE TABLE ending (           -- a message of many asks has ended without success; gone through in slices
    message INTEGER PRIMARY KEY REFERENCES message,
    reason  TEXT NOT NULL,
    again   INTEGER NOT NULL,              -- the call that is made again for all of them; 0
    cursor  INTEGER NOT NULL               -- the last attempt that knows it
) STRICT;

CREATE TABLE alert (            -- what an emergency is, beside its cause
    cause      INTEGER PRIMARY KEY REFERENCES cause,
    kind       TEXT NOT NULL CHECK (kind IN (@alert_kinds@)),
    severity   TEXT NOT NULL CHECK (severity IN (@severities@)),
    text       TEXT NOT NULL DEFAULT '',
    issuer     TEXT,                       -- of an official warning that is passed on
    issued     INTEGER,
    measures   TEXT,
    situation  INTEGER,                    -- of a mandatory report: 1 … 9
    student    INTEGER REFERENCES student, -- and the child, whom no ask and no message of it names
    families   INTEGER NOT NULL DEFAULT 1, -- 2: neither is told of the other's child
    clear      INTEGER REFERENCES cause,   -- the all-clear
    cleared_at INTEGER,
    cleared_by TEXT,
    cursor     INTEGER,                    -- line up to which the told are the all-clear's recipients; NULL: all are
    closed_at  INTEGER,
    closed_by  TEXT,
    outcome    TEXT
) STRICT;
CREATE INDEX alert_clearing ON alert (cause) WHERE cursor IS NOT NULL;
CREATE INDEX alert_open ON alert (cause) WHERE closed_at IS NULL;

CREATE TABLE clock (            -- what an alert is measured by
    cause   INTEGER NOT NULL REFERENCES alert,
    name    TEXT NOT NULL CHECK (name IN (@clocks@)),
    due     INTEGER NOT NULL,
    next_at INTEGER,                       -- when it is looked at: its due time, then the reminders; NULL: done
    need    INTEGER,                       -- children it counts; NULL: not known before all are entered
    have    INTEGER NOT NULL DEFAULT 0,    -- of them are met
    kept_at INTEGER,
    missed  INTEGER NOT NULL DEFAULT 0,
    ended   INTEGER,                       -- the alert was closed before
    by      TEXT,
    note    TEXT,
    PRIMARY KEY (cause, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX clock_next ON clock (next_at) WHERE next_at IS NOT NULL;

CREATE TABLE clock_child (      -- a child for whom a clock is met
    cause   INTEGER NOT NULL,
    name    TEXT NOT NULL,
    student INTEGER NOT NULL REFERENCES student,
    at      INTEGER NOT NULL,
    PRIMARY KEY (cause, name, student)
) STRICT, WITHOUT ROWID;

CREATE TABLE report (           -- what was reported to an authority, and what that said
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    cause     INTEGER NOT NULL REFERENCES alert,
    kind      TEXT NOT NULL CHECK (kind IN ('reported', 'result')),
    at        INTEGER NOT NULL,
    authority TEXT,
    person    INTEGER REFERENCES person,   -- who reported
    how       TEXT,
    text      TEXT,
    entered   INTEGER NOT NULL,
    by        TEXT NOT NULL
) STRICT;
CREATE INDEX report_cause ON report (cause);

CREATE TABLE route (            -- the gateways that can carry the same: a message waits in a route
    id   INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE              -- CHANNEL:GATEWAY,GATEWAY … in the order of the configuration; CHANNEL!GATEWAY
) STRICT;

CREATE TABLE message (          -- the outbox: one text or call to one line
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    cause    INTEGER NOT NULL REFERENCES cause,
    line     INTEGER NOT NULL REFERENCES line,
    person   INTEGER NOT NULL REFERENCES person,
    channel  TEXT NOT NULL,
    route    INTEGER NOT NULL,             -- 0: no gateway carries it
    lane     TEXT NOT NULL CHECK (lane IN (@lanes@)),
    due      INTEGER NOT NULL,
    expires  INTEGER NOT NULL,
    tries    INTEGER NOT NULL DEFAULT 0,
    refusals INTEGER NOT NULL DEFAULT 0,   -- temporary ones, for the backoff
    changes  INTEGER NOT NULL DEFAULT 0,   -- rows of its trail
    gateway  TEXT,
    state    TEXT NOT NULL DEFAULT 'queued' CHECK (state IN (@message_states@)),
    reason   TEXT NOT NULL DEFAULT '',
    text     TEXT,                         -- rendered by the first claim, never changed after
    voice    TEXT,                         -- JSON script of a call
    parts    INTEGER NOT NULL DEFAULT 0,
    cost_e4  INTEGER NOT NULL DEFAULT 0,   -- 1/10000 yuan
    note     TEXT,                         -- text of its own instead of the cause's content
    reply    INTEGER,                      -- the reply that it answers
    again    INTEGER NOT NULL DEFAULT 0,   -- an emergency sent although an earlier try is in doubt
    replaces INTEGER REFERENCES message,
    gathered INTEGER NOT NULL DEFAULT 0,   -- to staff, about as many children as there are: who is named is decided by the claim
    recalled INTEGER,                      -- the gateway was told that it is settled; what rings all the same is shown so
    created  INTEGER NOT NULL,
    ended    INTEGER
) STRICT;
CREATE INDEX message_cause ON message (cause, line, channel);
CREATE INDEX message_claim ON message (route, lane, due) WHERE state = 'queued';
CREATE INDEX message_line ON message (line);
CREATE INDEX message_flight ON message (gateway) WHERE state IN ('claimed', 'started', 'unknown', 'held');
CREATE INDEX message_expires ON message (expires) WHERE state = 'queued';

CREATE TABLE about (            -- the children a message names
    message INTEGER NOT NULL REFERENCES message,
    student INTEGER NOT NULL REFERENCES student,
    PRIMARY KEY (message, student)
) STRICT, WITHOUT ROWID;
CREATE INDEX about_student ON about (student, message);

CREATE TABLE trail (            -- every transition of a message
    message INTEGER NOT NULL,
    n       INTEGER NOT NULL,
    at      INTEGER NOT NULL,
    state   TEXT NOT NULL,
    reason  TEXT NOT NULL,
    gateway TEXT,
    PRIMARY KEY (message, n)
) STRICT, WITHOUT ROWID;

CREATE TABLE try (              -- one hand-over of a message to a gateway
    message     INTEGER NOT NULL REFERENCES message,
    n           INTEGER NOT NULL,
    gateway     TEXT NOT NULL,
    claimed     INTEGER NOT NULL,
    started     INTEGER,
    ended       INTEGER,
    outcome     TEXT,                      -- accepted, refused, unknown, released, delivered, undelivered, answered …
    provider_id TEXT,
    class       TEXT,
    code        TEXT,
    detail      TEXT,
    seconds     INTEGER,
    PRIMARY KEY (message, n)
) STRICT, WITHOUT ROWID;

CREATE TABLE receipt (          -- only where the provider echoes no id of ours
    gateway     TEXT NOT NULL,
    provider_id TEXT NOT NULL,
    message     INTEGER NOT NULL REFERENCES message,
    part        INTEGER NOT NULL,
    PRIMARY KEY (gateway, provider_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE talk (             -- the open questions on a line
    line       INTEGER NOT NULL REFERENCES line,
    code       INTEGER NOT NULL,           -- 0: needs none; else the token's first digit(s)
    ask        INTEGER NOT NULL REFERENCES ask,
    message    INTEGER NOT NULL,
    since      INTEGER NOT NULL,
    until      INTEGER NOT NULL,
    asked_back INTEGER NOT NULL DEFAULT 0,
    which      INTEGER NOT NULL DEFAULT 0, -- asked which child; replies that name one narrow it
    gathered   INTEGER NOT NULL DEFAULT 0, -- a plain answer is for all asks of the cause that were put to the line
    PRIMARY KEY (line, code, ask)
) STRICT, WITHOUT ROWID;
CREATE INDEX talk_ask ON talk (ask);

CREATE TABLE reply (            -- the inbox: one text, key press, call or missed call
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    gateway  TEXT NOT NULL,
    uid      TEXT NOT NULL,
    sender   TEXT NOT NULL,                -- as the gateway gave it, E.164 where it could be read
    line     INTEGER REFERENCES line,      -- NULL: a number nobody entered
    kind     TEXT NOT NULL CHECK (kind IN ('text', 'key', 'call', 'missed')),
    text     TEXT NOT NULL DEFAULT '',
    sealed   INTEGER NOT NULL DEFAULT 0,
    message  INTEGER,                      -- of a key pressed in our own call
    at       INTEGER NOT NULL,             -- provider time
    received INTEGER NOT NULL,
    state    TEXT NOT NULL CHECK (state IN ('new', 'understood', 'waiting', 'ignored', 'settled')),
    why      TEXT NOT NULL DEFAULT '',     -- what was understood and done, one line
    assigned TEXT,
    UNIQUE (gateway, uid)
) STRICT;
CREATE INDEX reply_line ON reply (line);
CREATE INDEX reply_waiting ON reply (received) WHERE state = 'waiting';

CREATE TABLE answer (           -- what a reply means for an ask; append-only
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    ask       INTEGER NOT NULL REFERENCES ask,
    line      INTEGER REFERENCES line,
    person    INTEGER REFERENCES person,
    reply     INTEGER REFERENCES reply,
    class     TEXT NOT NULL,               -- of core/answer.h, or 'received', 'take', 'pass', 'withdrawn'
    value     INTEGER,
    rest      TEXT,                        -- what goes beyond the grammar
    withdraws INTEGER REFERENCES answer,
    via       TEXT NOT NULL,               -- code, name, grammar, single, key, missed_call, staff, expired
    by        TEXT,                        -- staff who answered on somebody's behalf
    received  INTEGER NOT NULL
) STRICT;
CREATE INDEX answer_ask ON answer (ask);
CREATE INDEX answer_reply ON answer (reply);

CREATE TABLE roll (             -- the morning roll of one class (晨检)
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    day      TEXT NOT NULL,                -- YYYY-MM-DD in the school's zone
    class    TEXT NOT NULL,
    ask      INTEGER REFERENCES ask,       -- NULL: reported without being asked
    due      INTEGER NOT NULL,
    expected INTEGER,                      -- 应到, 实到: as reported, else as the register has it
    present  INTEGER,
    reported INTEGER,                      -- NULL: not yet
    person   INTEGER REFERENCES person,    -- who reported
    by       TEXT,                         -- or on whose behalf at the keyboard
    reply    INTEGER REFERENCES reply,
    UNIQUE (day, class)
) STRICT;
CREATE INDEX roll_ask ON roll (ask);
CREATE INDEX roll_due ON roll (due);

CREATE TABLE roll_absent (      -- who was away at the roll
    roll    INTEGER NOT NULL REFERENCES roll,
    student INTEGER NOT NULL REFERENCES student,
    word    TEXT NOT NULL CHECK (word IN ('absent', 'sick', 'leave')),
    cause   INTEGER REFERENCES cause,      -- the absence it opened
    back    INTEGER,                       -- came after all
    PRIMARY KEY (roll, student)
) STRICT, WITHOUT ROWID;
CREATE INDEX roll_absent_student ON roll_absent (student);

CREATE TABLE absence (          -- what was said when a cause of kind absent was opened
    cause   INTEGER PRIMARY KEY REFERENCES cause,
    student INTEGER NOT NULL REFERENCES student,
    day     TEXT NOT NULL,
    since   INTEGER NOT NULL,
    note    TEXT,
    by      TEXT NOT NULL
) STRICT;
CREATE INDEX absence_student ON absence (student, day);
CREATE INDEX absence_day ON absence (day);

CREATE TABLE note (             -- what staff write on a child's time line
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    student INTEGER NOT NULL REFERENCES student,
    at      INTEGER NOT NULL,
    author  TEXT NOT NULL,
    text    TEXT NOT NULL
) STRICT;
CREATE INDEX note_student ON note (student);

CREATE TABLE consent (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    student   INTEGER NOT NULL REFERENCES student,
    person    INTEGER REFERENCES person,
    scope     TEXT NOT NULL,
    form      TEXT,
    given     INTEGER NOT NULL,
    withdrawn INTEGER
) STRICT;

CREATE TABLE import (           -- a checked plan on its way into the register; done: it is all there
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    at      INTEGER NOT NULL,
    state   TEXT NOT NULL DEFAULT 'writing' CHECK (state IN ('writing', 'running', 'done')),
    by      TEXT NOT NULL
) STRICT;
CREATE TABLE import_slice (     -- its steps, some hundred a row; gone when they are applied
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    import  INTEGER NOT NULL REFERENCES import,
    steps   TEXT NOT NULL
) STRICT;

CREATE TABLE tally (            -- counters are kept, not counted
    day     INTEGER NOT NULL,              -- days since 1970-01-01 (UTC)
    kind    TEXT NOT NULL,
    channel TEXT NOT NULL,
    state   TEXT NOT NULL,
    n       INTEGER NOT NULL,
    parts   INTEGER NOT NULL DEFAULT 0,
    cost_e4 INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (day, kind, channel, state)
) STRICT, WITHOUT ROWID;

CREATE TABLE request (          -- a repeated request changes nothing and gets the first answer
    id     TEXT PRIMARY KEY,
    at     INTEGER NOT NULL,
    digest TEXT NOT NULL,
    status INTEGER NOT NULL,
    body   TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX request_at ON request (at);

CREATE TABLE token (            -- rights of a program that asks in its own name; the token itself is nowhere
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    name    TEXT NOT NULL UNIQUE,
    hash    TEXT NOT NULL UNIQUE,
    may     TEXT NOT NULL,                 -- actions, "status.show alert.*"
    created INTEGER NOT NULL,
    by      TEXT NOT NULL,
    until   INTEGER,
    ended   INTEGER
) STRICT;

CREATE TABLE audit (            -- a chain: hash = H(previous hash, row, commitment)
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    at         INTEGER NOT NULL,
    actor      TEXT NOT NULL,
    action     TEXT NOT NULL,
    subject    TEXT NOT NULL,
    commitment TEXT NOT NULL,              -- H(salt, detail): the detail can be erased, the chain stays
    hash       TEXT NOT NULL
) STRICT;
CREATE TABLE audit_detail (
    audit   INTEGER PRIMARY KEY REFERENCES audit,
    salt    TEXT NOT NULL,
    content TEXT NOT NULL
) STRICT;
