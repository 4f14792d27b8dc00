/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of alerts; see alert.h. */
#include "core/alert.h"

#include <ctype.h>
#include <string.h>

#include "lib/memory.h"
#include "lib/text.h"

#define FAMILY [CLOCK_GUARDIAN] = true, [CLOCK_PARENTS] = true, [CLOCK_AUTHORITIES] = true
#define WARNING [CLOCK_GUARDIAN] = true, [CLOCK_AUTHORITIES] = true

static const struct alert_row rows[ALERT_KINDS] = {
    [ALERT_MISSING] = { "missing", "走失", "missing child", "alert_missing", "孩子现在联系不上",
                        "the child cannot be found", SEVERITY_RED, .clocks = { FAMILY } },
    [ALERT_INJURY] = { "injury", "受伤", "injury", "emergency", "孩子受了伤，老师在身边",
                       "the child is hurt, a teacher is there", SEVERITY_ORANGE, .clocks = { FAMILY } },
    [ALERT_ILLNESS] = { "illness", "急病", "illness", "emergency", "孩子突然生病，老师在身边",
                        "the child is suddenly ill, a teacher is there", SEVERITY_ORANGE, .clocks = { FAMILY } },
    [ALERT_FIRE] = { "fire", "火灾", "fire", "emergency", "学校附近起火，孩子正在转移",
                     "a fire near the school, the children are being moved", SEVERITY_RED, .clocks = { FAMILY } },
    [ALERT_STORM] = { "storm", "暴雨", "storm", "alert_storm", "孩子留在家里，已经出门的就近躲雨",
                      "keep the child at home; who is out takes shelter nearby", SEVERITY_ORANGE, .warning = true,
                      .clocks = { WARNING } },
    [ALERT_FLOOD] = { "flood", "洪水", "flood", "alert_flood", "带孩子往高处走，远离河边和低洼处",
                      "take the child to high ground, away from rivers", SEVERITY_ORANGE, .warning = true,
                      .clocks = { WARNING } },
    [ALERT_ROAD_CLOSED] = { "road_closed", "道路中断", "road closed", "alert_road_closed",
                            "今天不走这条路，孩子等学校安排",
                            "do not use this road today; the school will tell how the child gets home", SEVERITY_YELLOW,
                            .warning = true, .clocks = { WARNING } },
    [ALERT_VIOLENCE] = { "violence", "欺凌", "bullying or violence", "alert_violence",
                         "孩子与同学发生冲突，现在有老师陪着",
                         "there was a conflict among pupils, a teacher is with the child now", SEVERITY_ORANGE,
                         .families = true, .clocks = { FAMILY } },
    [ALERT_MANDATORY_REPORT] = { "mandatory_report", "强制报告", "mandatory report", "alert_mandatory_report", "", "",
                                 SEVERITY_RED, .secret = true,
                                 .clocks = { [CLOCK_REPORT] = true, [CLOCK_RESULT] = true } },
    [ALERT_OTHER] = { "other", "紧急", "emergency", "emergency", "请马上与学校联系", "please ring the school at once",
                      SEVERITY_ORANGE, .clocks = { FAMILY } },
};

const char alert_kind_list[] =
    "missing, injury, illness, fire, storm, flood, road_closed, violence, mandatory_report, other";

/* Other words for the kinds. */
static const struct {
    const char *word;
    enum alert_kind kind;
} also[] = {
    { "emergency", ALERT_OTHER },      { "紧急事件", ALERT_OTHER },    { "其他", ALERT_OTHER },
    { "失踪", ALERT_MISSING },         { "伤害", ALERT_INJURY },       { "意外伤害", ALERT_INJURY },
    { "生病", ALERT_ILLNESS },         { "疾病", ALERT_ILLNESS },      { "着火", ALERT_FIRE },
    { "山洪", ALERT_FLOOD },           { "路断", ALERT_ROAD_CLOSED },  { "封路", ALERT_ROAD_CLOSED },
    { "道路封闭", ALERT_ROAD_CLOSED }, { "bullying", ALERT_VIOLENCE }, { "暴力", ALERT_VIOLENCE },
    { "霸凌", ALERT_VIOLENCE },        { "打架", ALERT_VIOLENCE },     { "大风", ALERT_STORM },
    { "台风", ALERT_STORM },
};

static const struct {
    const char *name, *zh;
    const char *words[8];
} severities[SEVERITIES] = {
    [SEVERITY_BLUE] = { "blue", "蓝色", { "蓝", "4", "Ⅳ", "iv", "四级", "一般" } },
    [SEVERITY_YELLOW] = { "yellow", "黄色", { "黄", "3", "Ⅲ", "iii", "三级", "较大" } },
    [SEVERITY_ORANGE] = { "orange", "橙色", { "橙", "2", "Ⅱ", "ii", "二级", "重大" } },
    [SEVERITY_RED] = { "red", "红色", { "红", "1", "Ⅰ", "i", "一级", "特别重大" } },
};

static const struct {
    const char *name;
    time_ms limit, again;
} clocks[ALERT_CLOCKS] = {
    [CLOCK_GUARDIAN] = { "guardian", 30 * MINUTE_MS, 0 },    [CLOCK_PARENTS] = { "parents", HOUR_MS, 0 },
    [CLOCK_AUTHORITIES] = { "authorities", 2 * HOUR_MS, 0 }, [CLOCK_REPORT] = { "report", HOUR_MS, HOUR_MS },
    [CLOCK_RESULT] = { "result", 7 * DAY_MS, DAY_MS },
};

static const struct situation situations[SITUATIONS] = {
    { "genitals", "隐私部位受伤或异常", "an injury of private parts" },
    { "under_14", "不满14周岁女孩遭受侵害或怀孕", "a girl under 14 was assaulted or is pregnant" },
    { "over_14", "14周岁以上女孩遭受侵害所致怀孕或流产", "a girl of 14 or more is pregnant by an assault" },
    { "wounds", "身体多处损伤、严重营养不良、意识不清", "many wounds, malnutrition or unconscious" },
    { "poisoning", "自杀、自残、中毒或非正常损伤", "self-harm, poisoning or an odd injury" },
    { "abandoned", "被遗弃或长期无人照料", "abandoned or long untended" },
    { "trafficked", "来源不明、失踪或被拐卖", "of unknown origin, missing or trafficked" },
    { "begging", "被组织乞讨", "made to beg" },
    { "other", "其他严重侵害或面临危险", "other serious harm or danger" },
};

const struct alert_row *alert_row(enum alert_kind kind)
{
    return &rows[kind];
}

/* The same but for case and for blanks, dashes and underlines between the words. */
static bool same(const char *a, const char *b)
{
    for (;; a++, b++) {
        const char x = *a == ' ' || *a == '-' ? '_' : (char)tolower((unsigned char)*a);

        if (x != (char)tolower((unsigned char)*b))
            return false;
        if (!x)
            return true;
    }
}

bool alert_kind_parse(enum alert_kind *out, const char *word)
{
    for (size_t i = 0; i < ALERT_KINDS; i++) {
        if (same(word, rows[i].name) || same(word, rows[i].zh)) {
            *out = (enum alert_kind)i;
            return true;
        }
    }
    for (size_t i = 0; i < COUNT(also); i++) {
        if (same(word, also[i].word)) {
            *out = also[i].kind;
            return true;
        }
    }
    return false;
}

const char *alert_kind_nearest(const char *word)
{
    const char *names[ALERT_KINDS + 1] = { NULL };

    for (size_t i = 0; i < ALERT_KINDS; i++)
        names[i] = rows[i].name;
    return text_nearest(word, names);
}

const char *severity_name(enum severity severity)
{
    return severities[severity].name;
}

const char *severity_word(enum severity severity, bool chinese)
{
    return chinese ? severities[severity].zh : severities[severity].name;
}

/* "I级", "红色预警": without what stands behind. */
static char *bare(const char *word)
{
    static const char *const tails[] = { "预警", "级" };
    char *out = text_trim(mem_dup(word));

    for (size_t i = 0; i < COUNT(tails); i++)
        if (text_ends(out, tails[i]) && strcmp(out, tails[i]) != 0)
            out[strlen(out) - strlen(tails[i])] = '\0';
    return out;
}

bool severity_parse(enum severity *out, const char *word)
{
    CLEANUP(mem_clean) char *plain = text_trim(mem_dup(word));
    CLEANUP(mem_clean) char *short_form = bare(word);

    for (size_t i = 0; i < SEVERITIES; i++) {
        bool is = same(short_form, severities[i].name) || same(short_form, severities[i].zh);

        for (size_t w = 0; severities[i].words[w]; w++)
            is = is || same(short_form, severities[i].words[w]) || same(plain, severities[i].words[w]);
        if (is) {
            *out = (enum severity)i;
            return true;
        }
    }
    return false;
}

const char *alert_clock_name(enum alert_clock clock)
{
    return clocks[clock].name;
}

bool alert_clock_parse(enum alert_clock *out, const char *name)
{
    for (size_t i = 0; i < ALERT_CLOCKS; i++) {
        if (strcmp(name, clocks[i].name) == 0) {
            *out = (enum alert_clock)i;
            return true;
        }
    }
    return false;
}

time_ms alert_clock_default(enum alert_clock clock)
{
    return clocks[clock].limit;
}

time_ms alert_clock_again(enum alert_clock clock)
{
    return clocks[clock].again;
}

const struct situation *situation_row(int n)
{
    return &situations[n - 1];
}

int situation_parse(const char *word)
{
    for (int i = 0; i < SITUATIONS; i++) {
        const char number[] = { (char)('1' + i), '\0' };

        if (strcmp(word, number) == 0 || same(word, situations[i].name) || same(word, situations[i].zh) ||
            same(word, situations[i].en))
            return i + 1;
    }
    return 0;
}
