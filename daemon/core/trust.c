/* SPDX-License-Identifier: Apache-2.0 */
/* Judging the clock; see trust.h. What is held and what is said stands in one table. */
#include "core/trust.h"

#include <stdio.h>
#include <string.h>

static const struct {
    const char *name;
    bool holds;
    const char *en, *zh; /* %1$s: the clock's time; %2$s: the time it is held against */
} rows[TRUSTS] = {
    [TRUST_GOOD] = { "good", false, "", "" },
    [TRUST_UNSYNCHRONISED] = { "unsynchronised", false,
                               "the clock shows %1$s and no time server steers it: switch one on (timedatectl set-ntp "
                               "true), or compare it with a watch now and then",
                               "时钟显示 %1$s，没有与时间服务器同步：请启用（timedatectl set-ntp "
                               "true），或经常与手表核对" },
    [TRUST_LEAPT] = { "leapt", false, "the clock has jumped and now shows %1$s: compare it with a watch",
                      "时钟发生跳变，现在显示 %1$s：请与手表核对" },
    [TRUST_BEFORE_LAST_SEEN] = { "before_last_seen", true,
                                 "the clock shows %1$s, but the store was in use at %2$s: routine messages are held; "
                                 "set the clock, or confirm that it is right",
                                 "时钟显示 %1$s，但数据库在 %2$s "
                                 "还在使用：日常消息暂停发送；请校准时钟，或确认时间无误" },
    [TRUST_BEFORE_BUILD] = { "before_build", true,
                             "the clock shows %1$s, which is before this program was built (%2$s): routine messages "
                             "are "
                             "held; set the clock",
                             "时钟显示 %1$s，早于本程序的编译时间（%2$s）：日常消息暂停发送；请校准时钟" },
};

/* Whether `now` lies before `mark` by more than the slack. */
static bool is_before(time_ms now, time_ms mark)
{
    return mark != TIME_NEVER && now < mark - TRUST_SLACK_MS;
}

enum trust trust_judge(const struct trust_signs *s)
{
    const bool confirmed = s->confirmed != TIME_NEVER && s->now >= s->confirmed - TRUST_SLACK_MS;

    if (is_before(s->now, s->build))
        return TRUST_BEFORE_BUILD;
    if (is_before(s->now, s->last_seen) && !confirmed)
        return TRUST_BEFORE_LAST_SEEN;
    if (s->leapt > TRUST_LEAP_MS || s->leapt < -TRUST_LEAP_MS)
        return TRUST_LEAPT;
    return s->knows_sync && !s->synchronised ? TRUST_UNSYNCHRONISED : TRUST_GOOD;
}

const char *trust_name(enum trust trust)
{
    return rows[trust].name;
}

bool trust_holds(enum trust trust)
{
    return rows[trust].holds;
}

/* "2026-10-08 09:00" */
static void write_time(char *out, size_t size, struct zone zone, time_ms at)
{
    const struct local_time t = zone_local(zone, at);

    snprintf(out, size, "%04d-%02d-%02d %02d:%02d", t.year, t.month, t.day, t.hour, t.minute);
}

/* Puts the two times into a sentence of the table. */
static void fill(char *out, const char *sentence, const char *shows, const char *against)
{
    size_t length = 0;

    while (*sentence && length + 1 < TRUST_TEXT_MAX) {
        const char *put = strncmp(sentence, "%1$s", 4) == 0   ? shows
                          : strncmp(sentence, "%2$s", 4) == 0 ? against
                                                              : NULL;

        if (put)
            for (sentence += 4; *put && length + 1 < TRUST_TEXT_MAX;)
                out[length++] = *put++;
        else
            out[length++] = *sentence++;
    }
    out[length] = '\0';
}

void trust_sentence(char out[static TRUST_TEXT_MAX], enum trust trust, const struct trust_signs *signs,
                    struct zone zone, const char *language)
{
    char shows[80], against[80];
    const time_ms mark = trust == TRUST_BEFORE_BUILD ? signs->build : signs->last_seen;

    write_time(shows, sizeof shows, zone, signs->now);
    write_time(against, sizeof against, zone, mark == TIME_NEVER ? signs->now : mark);
    fill(out, strcmp(language, "zh") == 0 ? rows[trust].zh : rows[trust].en, shows, against);
}
