/* SPDX-License-Identifier: Apache-2.0 */
/* From an answer to an outcome; see verdict.h. */
#include "gateways/http/verdict.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/memory.h"
#include "lib/text.h"

/* What a status means when no rule of the configuration speaks of it; the first row decides. */
static const struct {
    int low, high;
    enum verdict_class class;
} by_status[] = {
    { 200, 299, VERDICT_TEMPORARY }, /* an error inside a 200 that no rule names: the provider said it was not sent */
    { 401, 402, VERDICT_ACCOUNT },   /* Unauthorized, Payment Required */
    { 407, 407, VERDICT_ACCOUNT },   /* Proxy Authentication Required */
    { 408, 408, VERDICT_TEMPORARY }, /* the server gave up before it had the request */
    { 425, 425, VERDICT_TEMPORARY },
    { 429, 429, VERDICT_THROTTLED },
    { 400, 499, VERDICT_PERMANENT },
    { 502, 502, VERDICT_UNKNOWN }, /* a proxy speaks: what stands behind it may have sent the message */
    { 504, 504, VERDICT_UNKNOWN },
    { 500, 599, VERDICT_TEMPORARY },
    { 0, 399, VERDICT_TEMPORARY }, /* a redirect: it is not followed, for it would carry the message elsewhere */
};

static const char *const classes[] = {
    [VERDICT_PERMANENT] = "permanent", [VERDICT_TEMPORARY] = "temporary", [VERDICT_THROTTLED] = "throttled",
    [VERDICT_ACCOUNT] = "account",     [VERDICT_UNKNOWN] = "unknown",
};

bool verdict_class_parse(enum verdict_class *out, const char *name, struct error *err)
{
    for (size_t i = VERDICT_PERMANENT; i < COUNT(classes); i++) {
        if (name && strcmp(classes[i], name) == 0) {
            *out = (enum verdict_class)i;
            return true;
        }
    }
    return error_set(err, "class: \"%.40s\": use permanent, temporary, throttled, account or unknown",
                     name ? name : "");
}

static enum verdict_class class_of_status(const struct response *response)
{
    if (response->status == 503 && response->retry_after > 0)
        return VERDICT_THROTTLED;
    for (size_t i = 0; i < COUNT(by_status); i++) {
        if (response->status >= by_status[i].low && response->status <= by_status[i].high)
            return by_status[i].class;
    }
    return VERDICT_UNKNOWN;
}

static const struct rule *rule_for(const struct rules *rules, const struct response *response)
{
    for (size_t i = 0; i < rules->error_count; i++) {
        if (condition_holds(&rules->errors[i].condition, response) == HOLDS_YES)
            return &rules->errors[i];
    }
    return NULL;
}

static int parts_of(const struct rules *rules, const struct response *response)
{
    char *text = place_text(&rules->parts, response);
    long parts = text ? strtol(text, NULL, 10) : 0;

    free(text);
    return parts > 0 && parts <= RESPONSE_VALUES_MAX ? (int)parts : 0;
}

/* The answer says yes: with the id that it should carry, else the yes is in doubt. */
static void accept_job(struct verdict *verdict, const struct rules *rules, const struct response *response)
{
    verdict->provider_id_count = place_texts(&rules->provider_id, response, verdict->provider_ids);
    if (rules->provider_id.kind != PLACE_NONE && !verdict->provider_id_count) {
        verdict->class = VERDICT_UNKNOWN;
        verdict->detail =
            mem_format("HTTP %d without the provider's id: the answer is not as provider_id says", response->status);
        return;
    }
    verdict->class = VERDICT_ACCEPTED;
    verdict->parts = parts_of(rules, response);
}

static void refuse_job(struct verdict *verdict, const struct rules *rules, const struct rule *rule,
                       const struct response *response)
{
    verdict->class = rule ? rule->class : class_of_status(response);
    verdict->retry_after = rule && rule->retry_after ? rule->retry_after : response->retry_after;
    verdict->code = place_text(&rules->code, response);
    verdict->detail = place_text(&rules->detail, response);
    if (!verdict->code)
        verdict->code = mem_format("%d", response->status);
    if (!verdict->detail)
        verdict->detail = mem_format("HTTP %d", response->status);
}

struct verdict verdict_of(const struct rules *rules, const struct response *response)
{
    struct verdict verdict = { .class = VERDICT_UNKNOWN };
    const struct rule *rule = rule_for(rules, response);
    enum holds success = rule ? HOLDS_NO : condition_holds(&rules->success, response);

    if (success == HOLDS_DOUBT && response->status / 100 != 2)
        success = HOLDS_NO; /* an error page without the fields of an answer: the status speaks */
    switch (success) {
    case HOLDS_YES:
        accept_job(&verdict, rules, response);
        break;
    case HOLDS_DOUBT:
        verdict.detail = mem_format("HTTP %d, but the answer is not as success says", response->status);
        break;
    case HOLDS_NO:
        refuse_job(&verdict, rules, rule, response);
        break;
    }
    return verdict;
}

void verdict_free(struct verdict *verdict)
{
    for (size_t i = 0; i < verdict->provider_id_count; i++)
        free(verdict->provider_ids[i]);
    free(verdict->code);
    free(verdict->detail);
    *verdict = (struct verdict){ 0 };
}

void rules_free(struct rules *rules)
{
    for (size_t i = 0; i < rules->error_count; i++)
        condition_free(&rules->errors[i].condition);
    free(rules->errors);
    condition_free(&rules->success);
    place_free(&rules->provider_id);
    place_free(&rules->parts);
    place_free(&rules->code);
    place_free(&rules->detail);
    *rules = (struct rules){ 0 };
}
