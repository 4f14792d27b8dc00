/* SPDX-License-Identifier: Apache-2.0 */
/* Users and tokens; see caller.h. */
#include "api/caller.h"

#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "api/bearer.h"
#include "lib/memory.h"
#include "store/token.h"

static const char header[] = "Authorization";

static int refuse(const char **why, int status, const char *line)
{
    *why = line;
    return status;
}

int caller_by_token(struct caller *out, const char *authorization, struct turn *turn, const char **why)
{
    struct store *store = turn_store(turn);
    CLEANUP(mem_clean) char *name = NULL;
    char word[BEARER_MAX];

    if (!authorization)
        return refuse(why, 401,
                      "a token is needed here: send Authorization: Bearer TOKEN (`greenline token add` makes one)");
    switch (bearer_read(authorization, word)) {
    case BEARER_OTHER:
        return refuse(why, 401, "only tokens are known here: send Authorization: Bearer TOKEN");
    case BEARER_MALFORMED:
        return refuse(why, 400, "the header Authorization is malformed: send Authorization: Bearer TOKEN");
    case BEARER_TOKEN:
        break;
    }
    if (!token_find(store, word, turn_now(turn), &name, &out->may)) {
        if (store_failed(store))
            return refuse(why, 503, "the store cannot be read: check the disk, then try again");
        return refuse(why, 401, "no such token, or its time is over: `greenline token list` shows them all");
    }
    snprintf(out->actor, sizeof out->actor, "token:%s", name);
    return 0;
}

int caller_find(struct caller *out, const struct caller_rule *rule, struct bufferevent *bufferevent,
                const struct evkeyvalq *headers, const char **why)
{
    const char *authorization = NULL;
    const struct evkeyval *field;

    *out = (struct caller){ 0 };
    for (field = headers->tqh_first; field; field = field->next.tqe_next) {
        if (strcasecmp(field->key, header) != 0)
            continue;
        if (authorization)
            return refuse(why, 400, "the header Authorization stands there twice: send one");
        authorization = field->value;
    }
    if (authorization || rule->tokens_only)
        return caller_by_token(out, authorization, rule->turn, why);
    if (!connection_may(bufferevent, rule->group, out->actor))
        return refuse(why, 403, "you may not: ask to be made a member of group greenline");
    return 0;
}
