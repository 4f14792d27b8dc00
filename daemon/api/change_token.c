/* SPDX-License-Identifier: Apache-2.0 */
/* Tokens: the list, a new one, its end. The word of a token is in the first answer only, and kept nowhere. */
#include <string.h>

#include "api/form.h"
#include "api/right.h"
#include "lib/json.h"
#include "lib/memory.h"
#include "store/token.h"

static const char NAME_CHARACTERS[] = "abcdefghijklmnopqrstuvwxyz0123456789-_.";

json_t *read_tokens(struct api_call *call)
{
    return token_list(call->store, &call->filter);
}

static bool name_good(const char *name)
{
    return *name && strlen(name) <= TOKEN_NAME_MAX && strspn(name, NAME_CHARACTERS) == strlen(name);
}

/* A day counts to its end. */
static bool read_until(struct form *form, time_ms *until)
{
    const char *text = form_text(form, "until");

    *until = TIME_NEVER;
    if (!text)
        return true;
    if (strlen(text) > strlen("2026-12-31")) {
        *until = form_time(form, "until");
    } else {
        *until = form_day(form, "until");
        if (*until != TIME_NEVER)
            *until = zone_day_start(form->call->setting->zone, *until, 1);
    }
    if (*until != TIME_NEVER && *until <= form->call->now)
        return form_fault(form, "until: \"%.30s\" is over: give a day to come", text);
    return *until != TIME_NEVER;
}

static json_t *make(struct api_call *call, const struct token_row *row)
{
    char word[TOKEN_WORD_MAX];
    json_t *token;

    token_put(call->store, row, call->now, word);
    token = token_show(call->store, token_there(call->store, row->name), &call->filter);
    if (!token)
        return api_refuse(call, 503, "the store could not be written: check the disk and its space, then try again");
    json_put_text(token, "token", word);
    call->once = "token";
    return token;
}

json_t *token_add(struct api_call *call)
{
    struct token_row row = { .by = call->actor };
    struct form form = { .call = call };
    struct error err;

    form_need(&form, "name");
    form_need(&form, "may");
    row.name = form_text(&form, "name");
    row.may = form_text(&form, "may");
    if (row.name && !name_good(row.name))
        form_fault(&form, "name: \"%.60s\": take 1 to %d letters a to z, digits, - _ or .", row.name, TOKEN_NAME_MAX);
    if (row.may && strlen(row.may) > TOKEN_MAY_MAX)
        form_fault(&form, "may: over %d bytes: take some words together, as alert.*", TOKEN_MAY_MAX);
    else if (row.may && !right_words_check(row.may, &err))
        form_fault(&form, "%s", err.text);
    read_until(&form, &row.until);
    if (!form_done(&form))
        return NULL;
    api_subject(call, "token", row.name);
    if (token_there(call->store, row.name))
        return api_refuse(call, 409,
                          "token %s: there is or was one of that name: take another, so that the audit log stays clear",
                          row.name);
    return make(call, &row);
}

json_t *token_over(struct api_call *call)
{
    const int64_t id = token_there(call->store, call->path[1]);

    if (!id)
        return api_refuse(call, 404, "token \"%.60s\": there is none: see `greenline token list`", call->path[1]);
    api_subject(call, "token", call->path[1]);
    token_end(call->store, id, call->now);
    return token_show(call->store, id, &call->filter);
}
