/* SPDX-License-Identifier: Apache-2.0 */
/* The ladders of the storms, each twice: as the daemon reads it, and as the model does; see model.h. */
#include "sim/model.h"

#define WHO(w) (1U << (w))
#define TEXT (1U << BY_TEXT)
#define CALL (1U << BY_CALL)

const struct model_ladder model_ladders[MODEL_LADDERS] = {
    {
        .json = "{\"then\": \"restart\", \"steps\": ["
                "{\"who\": [\"guardian:1\"], \"channels\": [\"sms\", \"voice\"], \"calls\": 2},"
                "{\"after\": 600000, \"who\": [\"mother\", \"father\"], \"channels\": [\"voice\", \"sms\"]},"
                "{\"after\": 600000, \"who\": [\"mentor\"], \"channels\": [\"voice\"], \"calls\": 2},"
                "{\"after\": 900000, \"who\": [\"head\"], \"channels\": [\"voice\", \"sms\"]}]}",
        .steps = { { 0, 0, WHO(GUARDIAN), TEXT | CALL, 2, WHOS },
                   { 0, 10 * MINUTE_MS, WHO(MOTHER) | WHO(FATHER), TEXT | CALL, 1, WHOS },
                   { 0, 10 * MINUTE_MS, WHO(MENTOR), CALL, 2, WHOS },
                   { 0, 15 * MINUTE_MS, WHO(HEAD), TEXT | CALL, 1, WHOS } },
        .step_count = 4,
        .branches = 1,
        .then = WHOS,
    },
    {
        .json = "{\"then\": \"restart\", \"steps\": ["
                "{\"who\": [\"guardian:1\"], \"channels\": [\"sms\"], \"answer\": \"role:official\"},"
                "{\"after\": 300000, \"who\": [\"mother\"], \"channels\": [\"voice\"], \"calls\": 3},"
                "{\"branch\": \"office\", \"after\": 900000, \"who\": [\"official\"], \"channels\": [\"sms\"],"
                " \"answer\": \"role:official\"},"
                "{\"after\": 300000, \"who\": [\"mentor\"], \"channels\": [\"sms\"], \"answer\": \"role:head\"},"
                "{\"branch\": \"office\", \"after\": 600000, \"who\": [\"head\"], \"channels\": [\"voice\"]}]}",
        .steps = { { 0, 0, WHO(GUARDIAN), TEXT, 1, OFFICIAL },
                   { 0, 5 * MINUTE_MS, WHO(MOTHER), CALL, 3, WHOS },
                   { 1, 15 * MINUTE_MS, WHO(OFFICIAL), TEXT, 1, OFFICIAL },
                   { 0, 5 * MINUTE_MS, WHO(MENTOR), TEXT, 1, HEAD },
                   { 1, 10 * MINUTE_MS, WHO(HEAD), CALL, 1, WHOS } },
        .step_count = 5,
        .branches = 2,
        .then = WHOS,
    },
    {
        .json = "{\"then\": \"head\", \"steps\": ["
                "{\"who\": [\"guardian:1\"], \"channels\": [\"voice\"], \"calls\": 2},"
                "{\"after\": 420000, \"who\": [\"mentor\"], \"channels\": [\"sms\", \"voice\"]}]}",
        .steps = { { 0, 0, WHO(GUARDIAN), CALL, 2, WHOS }, { 0, 7 * MINUTE_MS, WHO(MENTOR), TEXT | CALL, 1, WHOS } },
        .step_count = 2,
        .branches = 1,
        .then = HEAD,
    },
    {
        .json = "{\"then\": \"restart\", \"steps\": ["
                "{\"after\": 60000, \"who\": [\"father\", \"mother\"], \"channels\": [\"sms\"]},"
                "{\"after\": 300000, \"who\": [\"guardian:1\", \"official\"], \"channels\": [\"sms\"]},"
                "{\"after\": 1200000, \"who\": [\"head\"], \"channels\": [\"sms\"]}]}",
        .steps = { { 0, MINUTE_MS, WHO(FATHER) | WHO(MOTHER), TEXT, 1, WHOS },
                   { 0, 5 * MINUTE_MS, WHO(GUARDIAN) | WHO(OFFICIAL), TEXT, 1, WHOS },
                   { 0, 20 * MINUTE_MS, WHO(HEAD), TEXT, 1, WHOS } },
        .step_count = 3,
        .branches = 1,
        .then = WHOS,
    },
};
