/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The inbox: a reply becomes answers. It is stored first; then matched to the open questions of its line (code, name,
 * grammar, the only one), read by the grammar, and its consequences follow: help reaches the mentor, a wrong number
 * stops the line, an opt-out holds, what nobody can read waits for a person. Nothing is guessed.
 */
#ifndef GREENLINE_INBOX_INBOX_H
#define GREENLINE_INBOX_INBOX_H

#include "core/answer.h"
#include "engine/engine.h"

struct inbox;

struct inbox *inbox_new(struct turn *turn, struct engine *engine, const struct grammar *grammar, const char *region);
void inbox_free(struct inbox *inbox);
void inbox_set_grammar(struct inbox *inbox, const struct grammar *grammar);

/* One inbound item as a gateway told it. */
struct inbound {
    const char *gateway, *uid, *from, *to;
    const char *text;   /* "" for calls */
    const char *digits; /* keys; NULL */
    const char *call;   /* missed, answered; NULL: a text */
    time_ms at;         /* provider's time; 0: now */
    int64_t message;    /* keys pressed in our own call of this message; 0 */
};
/* Stores and understands it; the reply's id, 0 when it was there already (both may be confirmed to the gateway). */
int64_t inbox_receive(struct inbox *inbox, const struct inbound *inbound);

#endif
