/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the words of a reply add up to, before the kind of question is looked at as a whole: is something bad, was every
 * clause understood, what does each clause decide. Inside the answer grammar only; cannot fail.
 */
#ifndef GREENLINE_CORE_ANSWER_SIGNS_H
#define GREENLINE_CORE_ANSWER_SIGNS_H

#include "core/answer_internal.h"

enum { TOKEN_NONE = -1 };

struct bad {
    int token;    /* the gravest bad word, or TOKEN_NONE */
    bool grave;   /* more than an illness of whoever writes */
    bool doubt;   /* a bad word that is asked about, supposed, or hidden across words: nothing good may be read */
    bool soothed; /* a bad word that was negated or is over: good news */
};

/* What is bad in the reply, for the kind of question. */
struct bad signs_bad(const struct reading *reading);

enum verdict { VERDICT_NONE, VERDICT_YES, VERDICT_NO, VERDICT_FINE, VERDICT_ACK, VERDICT_DOUBT, VERDICT_QUESTION };

/* What one token says for the kind of question; weak ones are single letters that anything else outweighs. */
enum verdict signs_token(const struct reading *reading, size_t index, bool *weak);
/* What a clause decides, and the token that decided. */
enum verdict signs_clause(const struct reading *reading, size_t clause, int *token);
/* True when what was not understood is too little to hide anything. */
bool signs_understood(const struct reading *reading);

#endif
