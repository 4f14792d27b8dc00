/* SPDX-License-Identifier: Apache-2.0 */
/* The table of kinds; see kind.h. */
#include "core/kind.h"

#include <string.h>

#include "lib/memory.h"

#define ROUTINE                                                                                                        \
    .optout_holds = true, .quiet_holds = true, .cap_holds = true, .confirmed_holds = true, .equal_dropped = true

static const struct kind_row rows[KINDS] = {
    [KIND_CHECKIN] = { "checkin", "平安询问", .asks = true, .grammar = ANSWER_KIND_CHECKIN, .per_student = true,
                       .fold = FOLD_WORST, .lane = LANE_NOTICE, ROUTINE, .siblings_share = true, .late_taken = true,
                       .missed_call_received = true, .due = 24 * HOUR_MS, .grace = 48 * HOUR_MS },
    [KIND_MEETING] = { "meeting", "家长会", .asks = true, .grammar = ANSWER_KIND_MEETING, .per_student = true,
                       .fold = FOLD_LAST, .lane = LANE_NOTICE, ROUTINE, .siblings_share = true, .late_taken = true,
                       .due = 48 * HOUR_MS, .grace = 72 * HOUR_MS },
    [KIND_ABSENT] = { "absent", "缺勤", .asks = true, .grammar = ANSWER_KIND_ABSENT, .per_student = true,
                      .fold = FOLD_WORST, .lane = LANE_EMERGENCY, .confirmed_holds = true, .late_taken = true,
                      .takes = true, .passes = true, .due = HOUR_MS, .grace = 24 * HOUR_MS },
    [KIND_EMERGENCY] = { "emergency", "紧急", .asks = true, .grammar = ANSWER_KIND_EMERGENCY, .per_student = true,
                         .fold = FOLD_FIRST, .lane = LANE_EMERGENCY, .siblings_share = true, .late_taken = true,
                         .takes = true, .passes = true, .due = 2 * HOUR_MS, .grace = 24 * HOUR_MS },
    [KIND_CONFIRM_NUMBER] = { "confirm_number", "核对号码", .asks = true, .grammar = ANSWER_KIND_CONFIRM_NUMBER,
                              .per_student = false, .fold = FOLD_LAST, .lane = LANE_NOTICE, .optout_holds = true,
                              .quiet_holds = true, .cap_holds = true, .equal_dropped = true, .late_taken = true,
                              .due = 24 * HOUR_MS, .grace = 48 * HOUR_MS },
    [KIND_SLOT] = { "slot", "亲情电话", .asks = true, .grammar = ANSWER_KIND_SLOT, .per_student = true,
                    .fold = FOLD_LAST, .lane = LANE_NOTICE, ROUTINE, .late_taken = true, .due = 24 * HOUR_MS,
                    .grace = 24 * HOUR_MS },
    [KIND_DUTY] = { "duty", "职责", .asks = true, .grammar = ANSWER_KIND_DUTY, .per_student = false, .fold = FOLD_LAST,
                    .lane = LANE_NOTICE, .quiet_holds = true, .equal_dropped = true, .late_taken = true, .passes = true,
                    .due = 24 * HOUR_MS, .grace = 72 * HOUR_MS },
    [KIND_COUNT] = { "count", "人数", .asks = true, .grammar = ANSWER_KIND_COUNT, .per_student = false,
                     .fold = FOLD_LAST, .lane = LANE_NOTICE, .quiet_holds = true, .equal_dropped = true,
                     .late_taken = true, .due = 2 * HOUR_MS, .grace = 12 * HOUR_MS },
    [KIND_RECEIPT] = { "receipt", "回执", .asks = true, .grammar = ANSWER_KIND_ACK, .per_student = true,
                       .fold = FOLD_FIRST, .lane = LANE_NOTICE, ROUTINE, .siblings_share = true, .late_taken = true,
                       .missed_call_received = true, .due = 24 * HOUR_MS, .grace = 48 * HOUR_MS },
    [KIND_ROLL] = { "roll", "晨检", .asks = true, .grammar = ANSWER_KIND_NONE, .per_student = false, .fold = FOLD_LAST,
                    .lane = LANE_NOTICE, .quiet_holds = true, .siblings_share = true, .per_class = true,
                    .late_taken = true, .due = 30 * MINUTE_MS, .grace = 12 * HOUR_MS },
    [KIND_NOTICE] = { "notice", "通知", .lane = LANE_BULK, ROUTINE, .siblings_share = true, .due = 24 * HOUR_MS },
    [KIND_SAY] = { "say", "留言", .lane = LANE_NOTICE, .optout_holds = true, .quiet_holds = true,
                   .confirmed_holds = true, .siblings_share = true, .equal_dropped = true, .due = 24 * HOUR_MS },
    [KIND_ECHO] = { "echo", "自动回复", .lane = LANE_NOTICE, .siblings_share = true, .due = 2 * HOUR_MS },
    [KIND_STAFF] = { "staff", "转告老师", .lane = LANE_NOTICE, .siblings_share = true, .joined = true,
                     .due = 12 * HOUR_MS },
    [KIND_REMARK] = { "remark", "转告老师（备注）", .lane = LANE_NOTICE, .quiet_holds = true, .siblings_share = true,
                      .joined = true, .due = 24 * HOUR_MS },
    [KIND_SETTLED] = { "settled", "已处理", .lane = LANE_NOTICE, .siblings_share = true, .due = 20 * MINUTE_MS },
    [KIND_REMIND] = { "remind", "催办", .lane = LANE_EMERGENCY, .siblings_share = true, .due = 30 * MINUTE_MS },
    [KIND_ALARM] = { "alarm", "系统警报", .lane = LANE_EMERGENCY, .due = HOUR_MS },
    [KIND_TEST] = { "test", "测试", .lane = LANE_NOTICE, .due = 10 * MINUTE_MS },
    /* read is done: nobody owes an outcome for each family */
    [KIND_WARNING] = { "warning", "预警", .asks = true, .grammar = ANSWER_KIND_EMERGENCY, .per_student = true,
                       .fold = FOLD_WORST, .lane = LANE_EMERGENCY, .siblings_share = true, .late_taken = true,
                       .due = 2 * HOUR_MS, .grace = 24 * HOUR_MS },
    /* who was told of an emergency at any hour hears its end at any hour */
    [KIND_ALL_CLEAR] = { "all_clear", "解除", .asks = true, .grammar = ANSWER_KIND_EMERGENCY, .per_student = true,
                         .fold = FOLD_WORST, .lane = LANE_NOTICE, .siblings_share = true, .late_taken = true,
                         .missed_call_received = true, .due = 24 * HOUR_MS, .grace = 48 * HOUR_MS },
    [KIND_CLEARED] = { "cleared", "解除通知", .lane = LANE_NOTICE, .siblings_share = true, .due = 24 * HOUR_MS },
};

static const char *const lanes[LANES] = { "emergency", "notice", "bulk" };

const struct kind_row *kind_row(enum kind kind)
{
    return &rows[kind];
}

bool kind_parse(enum kind *out, const char *name)
{
    for (size_t i = 0; i < KINDS; i++) {
        if (name && strcmp(rows[i].name, name) == 0) {
            *out = (enum kind)i;
            return true;
        }
    }
    return false;
}

const char *lane_name(enum lane lane)
{
    return lanes[lane];
}

bool lane_parse(enum lane *out, const char *name)
{
    for (size_t i = 0; i < LANES; i++) {
        if (name && strcmp(lanes[i], name) == 0) {
            *out = (enum lane)i;
            return true;
        }
    }
    return false;
}
