/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What waits for a person today, most urgent first, each with the command that settles it. One table of sources: a
 * query that finds the rows, a sentence about each in English and Chinese, and the command. Bounded: TODAY_EACH rows a
 * source, the oldest first (emergencies and cries for help must not drown among suspect numbers).
 */
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/alert.h"
#include "core/kind.h"
#include "core/state.h"
#include "core/template.h"
#include "lib/json.h"
#include "lib/log.h"
#include "lib/memory.h"
#include "lib/text.h"
#include "store/list.h"

/* Each query yields: id, at, student ref, student name, person ref, person name, detail, key; its parameters
 * are (not each query uses all) $1 = kinds of asks that are alerts, between commas, $2 = now, $3 = kinds of alerts that
 * end with an all-clear. `settle` may use {id}, {key} and {person} (its ref), quoted for a shell. */
struct source {
    int urgency;
    const char *ref; /* what `id` is an id of */
    const char *en, *zh, *settle;
    const char *sql;
};

enum { TODAY_EACH = 200 }; /* as the LIMITs below */

#define ASK_COLUMNS "SELECT k.id, k.due, s.ref, s.name, p.ref, p.name"
#define ASK_JOINS                                                                                                      \
    " FROM ask k JOIN cause c ON c.id = k.cause LEFT JOIN student s ON s.id = k.student LEFT JOIN person p"
/* who answered last, what goes beyond the grammar, and the text itself */
#define LAST_ANSWER                                                                                                    \
    " ON p.id = coalesce((SELECT w.person FROM answer w WHERE w.ask = k.id ORDER BY w.id DESC LIMIT 1), k.person)"
#define LAST_TEXT                                                                                                      \
    ", (SELECT CASE r.sealed WHEN 0 THEN r.text END FROM answer w JOIN reply r ON r.id = w.reply WHERE w.ask = k.id"   \
    " AND w.class = 'help' ORDER BY w.id DESC LIMIT 1)"
#define LINE_PERSON                                                                                                    \
    " FROM line l JOIN person_line n ON n.line = l.id JOIN person p ON p.id = n.person"                                \
    " LEFT JOIN student s ON s.id = (SELECT y.student FROM relation y WHERE y.person = p.id ORDER BY y.rank, y.id "    \
    "LIMIT 1)"

/* An alert is one item, however many families it asks. */
#define ALERT_TITLE "CASE WHEN c.drill THEN '【演练】' ELSE '' END || c.title"
#define ALERT_COLUMNS                                                                                                  \
    "SELECT c.id, min(k.due), CASE WHEN count(*) = 1 THEN s.ref END, s.name, CASE WHEN count(*) = 1 THEN p.ref END,"   \
    " p.name, " ALERT_TITLE " || CASE WHEN count(*) > 1 THEN ' (' || count(*) || ')' ELSE '' END, c.id"
#define ALERT_JOINS                                                                                                    \
    " FROM cause c LEFT JOIN alert a ON a.cause = c.id JOIN ask k ON k.cause = c.id"                                   \
    " LEFT JOIN student s ON s.id = k.student LEFT JOIN person p ON p.id = k.acked_by"                                 \
    " WHERE c.lane = 'emergency' AND instr($1, ',' || c.kind || ',') > 0 AND c.state <> 'cancelled'"                   \
    " AND a.closed_at IS NULL AND k.closed IS NULL"
/* A clock that has a quarter of an hour left. */
#define SOON(clock)                                                                                                    \
    "SELECT c.id, t.due, NULL, NULL, NULL, NULL, " ALERT_TITLE ", c.id FROM clock t JOIN cause c ON c.id = t.cause"    \
    " WHERE t.next_at IS NOT NULL AND t.next_at <= $2 + 900000 AND t.missed = 0 AND t.name = '" clock                  \
    "' ORDER BY t.due LIMIT 200"

static const struct source sources[] = {
    { 1, "alert", "soon a guardian must be on the spot: {detail}", "监护人须尽快到场：{detail}",
      "greenline alert mark {id} guardian", SOON("guardian") },
    { 1, "alert", "soon a parent must be reached: {detail}", "须尽快联系上父母：{detail}",
      "greenline alert mark {id} parents", SOON("parents") },
    { 1, "alert", "soon the authorities must be told: {detail}", "须尽快上报教育局和政府：{detail}",
      "greenline alert mark {id} authorities", SOON("authorities") },
    { 1, "alert", "no report to an authority is entered yet: {detail}", "尚未登记向主管部门的报告：{detail}",
      "greenline alert reported {id} --to police --by PERSON",
      "SELECT c.id, t.due, NULL, NULL, NULL, NULL, " ALERT_TITLE ", c.id FROM clock t JOIN cause c ON c.id = t.cause"
      " WHERE t.next_at IS NOT NULL AND t.name = 'report' AND t.kept_at IS NULL ORDER BY t.due LIMIT 200" },
    { 1, "alert", "emergency not taken by anybody: {detail}", "紧急事件尚无人接手：{detail}",
      "greenline alert ack {key}",
      ALERT_COLUMNS ALERT_JOINS
      " AND k.acked_at IS NULL AND k.acked_by IS NULL AND k.state NOT IN ('answered', 'cancelled')"
      " GROUP BY c.id ORDER BY c.id LIMIT 200" },
    { 1, "ask", "{who} asks for help: {detail}", "{who}需要帮助：{detail}", "greenline ask handle {id}",
      ASK_COLUMNS LAST_TEXT ", NULL" ASK_JOINS LAST_ANSWER
                            " WHERE k.outcome = 'help' AND k.handled_at IS NULL ORDER BY k.id LIMIT 200" },
    { 1, "alert", "a warning without its all-clear yet: {detail}", "预警尚未解除：{detail}",
      "greenline alert clear {id}",
      "SELECT c.id, c.created, NULL, NULL, NULL, NULL, " ALERT_TITLE
      ", c.id FROM alert a JOIN cause c ON c.id = a.cause"
      " WHERE a.closed_at IS NULL AND a.cleared_at IS NULL AND instr($3, ',' || a.kind || ',') > 0"
      " AND c.state <> 'cancelled' ORDER BY c.id LIMIT 200" },
    { 1, "alert", "emergency without an outcome yet: {detail}", "紧急事件尚未结案：{detail}",
      "greenline alert close {key} --outcome TEXT",
      ALERT_COLUMNS ALERT_JOINS " AND (k.state = 'answered' OR k.state = 'cancelled' AND a.cleared_at IS NOT NULL OR "
                                "k.acked_at IS NOT NULL OR k.acked_by IS NOT NULL)"
                                " AND NOT (a.cleared_at IS NULL AND instr($3, ',' || ifnull(a.kind, '') || ',') > 0)"
                                " GROUP BY c.id ORDER BY c.id LIMIT 200" },
    { 2, "reply", "a reply that a person must read: {detail}", "有来信需要人看：{detail}",
      "greenline inbox assign {id} --ask {key} --class help",
      "SELECT r.id, r.received, s.ref, s.name, p.ref, p.name, CASE r.sealed WHEN 0 THEN r.text END, k.id"
      " FROM reply r JOIN ask k ON k.id = (SELECT t.ask FROM talk t WHERE t.line = r.line ORDER BY t.since DESC, t.ask "
      "DESC"
      " LIMIT 1) LEFT JOIN student s ON s.id = k.student LEFT JOIN person p ON p.id = (SELECT n.person FROM "
      "person_line n"
      " WHERE n.line = r.line ORDER BY n.rank, n.person LIMIT 1) WHERE r.state = 'waiting' ORDER BY r.received LIMIT "
      "200" },
    { 2, "reply", "a reply that a person must read: {detail}", "有来信需要人看：{detail}",
      "greenline inbox assign {id} --ignore",
      "SELECT r.id, r.received, s.ref, s.name, p.ref, p.name, CASE r.sealed WHEN 0 THEN r.text END, NULL"
      " FROM reply r LEFT JOIN person p ON p.id = (SELECT n.person FROM person_line n WHERE n.line = r.line"
      " ORDER BY n.rank, n.person LIMIT 1) LEFT JOIN student s ON s.id = (SELECT y.student FROM relation y"
      " WHERE y.person = p.id ORDER BY y.rank, y.id LIMIT 1) WHERE r.state = 'waiting'"
      " AND NOT EXISTS (SELECT 1 FROM talk t WHERE t.line = r.line) ORDER BY r.received LIMIT 200" },
    { 2, "roll", "{detail} has not reported who is there", "{detail}还没报晨检",
      "greenline roll report {key} --present N",
      "SELECT r.id, r.due, NULL, NULL, p.ref, p.name, r.class, r.class FROM roll r JOIN ask k ON k.id = r.ask"
      " LEFT JOIN person p ON p.id = k.person WHERE r.reported IS NULL AND r.due <= $2 AND r.due > $2 - 43200000"
      " AND k.state <> 'cancelled' ORDER BY r.class LIMIT 200" },
    { 2, "roll", "away without a name: {detail}", "有人缺勤未报姓名：{detail}",
      "greenline roll report {key} --absent NAME,NAME",
      "SELECT r.id, r.due, NULL, NULL, p.ref, p.name, r.class || ' ' || (r.expected - r.present), r.class FROM roll r"
      " LEFT JOIN person p ON p.id = r.person WHERE r.due > $2 - 43200000 AND r.reported IS NOT NULL AND r.expected - "
      "r.present >"
      " (SELECT count(*) FROM roll_absent a WHERE a.roll = r.id) ORDER BY r.class LIMIT 200" },
    { 2, "roll", "three or more are sick in one class, ask for like signs and tell the health office: {detail}",
      "同班三人以上病假，请问症状并报卫生部门：{detail}", "greenline roll show {key}",
      "SELECT r.id, r.due, NULL, NULL, NULL, NULL, r.class || ' ' || count(*), r.class FROM roll r JOIN roll_absent a"
      " ON a.roll = r.id AND a.word = 'sick' WHERE r.due > $2 - 43200000 GROUP BY r.id HAVING count(*) >= 3"
      " ORDER BY r.class LIMIT 200" },
    { 2, "line", "{number} of {who} belongs to a stranger", "{who}的号码 {number} 打错了",
      "greenline contact set {person} --phone NUMBER",
      "SELECT l.id, NULL, s.ref, s.name, p.ref, p.name, l.e164, l.e164" LINE_PERSON
      " WHERE l.state = 'wrong' ORDER BY l.id LIMIT 200" },
    { 3, "message", "nobody can tell whether message {id} to {who} was sent", "无法确认发给{who}的第 {id} 条是否已发出",
      "greenline outbox retry {id}",
      "SELECT m.id, m.due, s.ref, s.name, p.ref, p.name, m.reason, NULL FROM message m JOIN person p"
      " ON p.id = m.person LEFT JOIN student s ON s.id = (SELECT a.student FROM about a WHERE a.message = m.id LIMIT 1)"
      " WHERE m.state IN ('claimed', 'started', 'unknown', 'held') AND m.state = 'held' AND m.reason <> 'paused' ORDER "
      "BY m.id LIMIT 200" },
    { 4, "ask", "nobody could be asked about {who}: {detail}", "联系不上{who}的家人：{detail}",
      "greenline ask handle {id}",
      ASK_COLUMNS ", (SELECT a.skipped FROM attempt a WHERE a.ask = k.id AND a.skipped IS NOT NULL ORDER BY a.id DESC"
                  " LIMIT 1), NULL" ASK_JOINS " ON p.id = k.person"
                  " WHERE k.subject = '' AND k.state = 'unasked' AND k.handled_at IS NULL AND c.state <> 'cancelled' "
                  "AND k.outcome <> 'help'"
                  " AND instr($1, ',' || c.kind || ',') = 0 ORDER BY k.id LIMIT 200" },
    { 4, "ask", "no answer about {who} ({detail})", "{who}的询问没有回音（{detail}）", "greenline ask handle {id}",
      ASK_COLUMNS ", c.title, NULL" ASK_JOINS " ON p.id = k.person"
                  " WHERE k.subject = '' AND k.state = 'expired' AND k.handled_at IS NULL AND k.outcome <> 'help' AND "
                  "c.state <> 'cancelled'"
                  " AND instr($1, ',' || c.kind || ',') = 0 ORDER BY k.id LIMIT 200" },
    { 4, "alert", "the authority has not said what it did: {detail}", "主管部门尚未反馈处理结果：{detail}",
      "greenline alert result {id} TEXT",
      "SELECT c.id, t.due, NULL, NULL, NULL, NULL, " ALERT_TITLE ", c.id FROM clock t JOIN cause c ON c.id = t.cause"
      " WHERE t.next_at IS NOT NULL AND t.name = 'result' AND t.missed <> 0 AND t.kept_at IS NULL ORDER BY t.due"
      " LIMIT 200" },
    { 5, "line", "{number} of {who} seems to be out of service", "{who}的号码 {number} 可能已停用",
      "greenline contact set {person} --phone NUMBER",
      "SELECT l.id, l.failed_at, s.ref, s.name, p.ref, p.name, l.e164, l.e164" LINE_PERSON
      " WHERE l.state = 'suspect' ORDER BY l.id LIMIT 200" },
    { 5, "line", "{number} of {who} is not confirmed yet", "{who}的号码 {number} 尚未核实",
      "greenline contact set {person} --confirmed yes",
      "SELECT l.id, NULL, s.ref, s.name, p.ref, p.name, l.e164, l.e164" LINE_PERSON
      " WHERE n.confirmed_at IS NULL AND l.state = 'ok' ORDER BY l.id LIMIT 200" },
    { 5, "cause", "missed while the daemon was down: {detail}", "停机期间错过：{detail}",
      "greenline schedule run {key}",
      "SELECT c.id, c.due, NULL, NULL, NULL, NULL, c.title, h.name FROM cause c JOIN schedule h"
      " ON h.id = c.schedule WHERE c.state = 'missed' AND h.state = 'active' AND c.due > $2 - 604800000"
      " AND NOT EXISTS (SELECT 1 FROM cause d WHERE d.schedule = c.schedule AND d.id > c.id AND d.state <> 'missed')"
      " ORDER BY c.id LIMIT 200" },
};

/* ",emergency,warning,": kinds of asks in the emergency lane that somebody takes or reads. */
static char *alert_kinds(void)
{
    struct text out = { 0 };

    text_add_char(&out, ',');
    for (int i = 0; i < KINDS; i++) {
        const struct kind_row *row = kind_row((enum kind)i);

        if (row->asks && row->lane == LANE_EMERGENCY && row->grammar == ANSWER_KIND_EMERGENCY)
            text_add_format(&out, "%s,", row->name);
    }
    return text_take(&out);
}

/* ",storm,flood,…": kinds of alerts that end with an all-clear. */
static char *warning_kinds(void)
{
    struct text out = { 0 };

    text_add_char(&out, ',');
    for (int i = 0; i < ALERT_KINDS; i++)
        if (alert_row((enum alert_kind)i)->warning)
            text_add_format(&out, "%s,", alert_row((enum alert_kind)i)->name);
    return text_take(&out);
}

/* One word for a shell: as it is when it is plain, else in single quotes. The caller frees. */
static char *shell_word(const char *word)
{
    struct text out = { 0 };
    bool plain = *word != '\0';

    for (const char *at = word; *at; at++)
        plain = plain && ((unsigned char)*at >= 0x80 || isalnum((unsigned char)*at) || strchr("+-_.:@%/", *at));
    if (plain)
        return mem_dup(word);
    text_add_char(&out, '\'');
    for (const char *at = word; *at; at++)
        text_add(&out, *at == '\'' ? "'\\''" : (const char[]){ *at, '\0' });
    text_add_char(&out, '\'');
    return text_take(&out);
}

/* Who the sentence is about: the child, else the person. */
static const char *who(const struct query *query)
{
    return query_null(query, 3) ? query_word(query, 5) : query_word(query, 3);
}

/* A reason is said in words; anything else as it is. */
static const char *detail_of(const struct query *query, const char *language)
{
    enum reason reason;

    if (query_null(query, 6))
        return "-";
    return reason_parse(&reason, query_text(query, 6)) ? reason_text(reason, language) : query_text(query, 6);
}

static char *sentence(const struct source *source, const struct query *query, const char *id, const char *language)
{
    char number[MASKED_MAX];

    mask_number(number, query_word(query, 7));
    return template_render(strcmp(language, "zh") == 0 ? source->zh : source->en,
                           (const struct template_value[]){
                               { "id", id },
                               { "who", who(query) },
                               { "detail", detail_of(query, language) },
                               { "number", number },
                           },
                           4);
}

static char *command(const struct source *source, const struct query *query, const char *id)
{
    CLEANUP(mem_clean) char *key = shell_word(query_word(query, 7));
    CLEANUP(mem_clean) char *person = shell_word(query_word(query, 4));

    return template_render(source->settle,
                           (const struct template_value[]){ { "id", id }, { "key", key }, { "person", person } }, 3);
}

static json_t *item(const struct source *source, const struct query *query, const struct list_filter *filter)
{
    json_t *row = json_object();
    char id[24];

    snprintf(id, sizeof id, "%" PRId64, query_int(query, 0));
    {
        CLEANUP(mem_clean) char *what = sentence(source, query, id, filter->language);
        CLEANUP(mem_clean) char *settle = command(source, query, id);

        json_put_int(row, "urgency", source->urgency);
        list_put_time(row, "at", filter->zone, query_time(query, 1));
        list_put_text(row, "what", what);
        list_put_who(row, "student", query, 2);
        list_put_who(row, "person", query, 4);
        list_put_text(row, "settle", settle);
        json_put(row, "ref", json_sprintf("%s:%s", source->ref, id));
    }
    return row;
}

json_t *today_list(struct store *store, const struct list_filter *filter)
{
    CLEANUP(mem_clean) char *alerts = alert_kinds();
    CLEANUP(mem_clean) char *warnings = warning_kinds();
    struct list list = list_begin(filter);

    for (size_t i = 0; i < COUNT(sources); i++) {
        struct query query = store_query(store, sources[i].sql, "tit", alerts, filter->now, warnings);

        while (query_next(&query))
            json_array_append_new(list.items, item(&sources[i], &query, filter));
    }
    return list_end(&list, 0);
}
