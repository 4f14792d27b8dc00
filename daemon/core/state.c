/* SPDX-License-Identifier: Apache-2.0 */
/* The state machines and reasons; see state.h. */
#include "core/state.h"

#include <string.h>

#include "lib/memory.h"

#define TO(state) (1u << (state))
#define FINAL_REPORT (TO(MESSAGE_DELIVERED) | TO(MESSAGE_UNDELIVERED))

/* What ends a message without its gateway's doing, from any state in which it still waits. */
#define ENDS (TO(MESSAGE_EXPIRED) | TO(MESSAGE_CANCELLED))

static const struct {
    const char *name;
    unsigned next;
    bool ended;
} states[] = {
    /* an outcome may come late, when a repetition waits already: it is then not made */
    [MESSAGE_QUEUED] = { "queued",
                         TO(MESSAGE_CLAIMED) | TO(MESSAGE_HELD) | TO(MESSAGE_REFUSED) | TO(MESSAGE_ACCEPTED) |
                             FINAL_REPORT | ENDS,
                         false },
    [MESSAGE_CLAIMED] = { "claimed",
                          TO(MESSAGE_STARTED) | TO(MESSAGE_ACCEPTED) | TO(MESSAGE_QUEUED) | TO(MESSAGE_REFUSED) |
                              TO(MESSAGE_UNKNOWN) | TO(MESSAGE_HELD) | FINAL_REPORT | ENDS,
                          false },
    [MESSAGE_STARTED] = { "started",
                          TO(MESSAGE_ACCEPTED) | TO(MESSAGE_QUEUED) | TO(MESSAGE_REFUSED) | TO(MESSAGE_UNKNOWN) |
                              TO(MESSAGE_HELD) | FINAL_REPORT | ENDS,
                          false },
    [MESSAGE_ACCEPTED] = { "accepted", FINAL_REPORT, true },
    [MESSAGE_DELIVERED] = { "delivered", 0, true },
    [MESSAGE_UNDELIVERED] = { "undelivered", TO(MESSAGE_DELIVERED), true },
    [MESSAGE_REFUSED] = { "refused", 0, true },
    [MESSAGE_EXPIRED] = { "expired", TO(MESSAGE_DELIVERED), true },
    [MESSAGE_CANCELLED] = { "cancelled", TO(MESSAGE_DELIVERED), true },
    [MESSAGE_UNKNOWN] = { "unknown",
                          TO(MESSAGE_QUEUED) | TO(MESSAGE_ACCEPTED) | TO(MESSAGE_REFUSED) | TO(MESSAGE_HELD) |
                              FINAL_REPORT | ENDS,
                          false },
    [MESSAGE_HELD] = { "held", TO(MESSAGE_QUEUED) | TO(MESSAGE_ACCEPTED) | FINAL_REPORT | ENDS, false },
};
_Static_assert(COUNT(states) == MESSAGE_STATES, "the last state has its row; a test looks for gaps");

const char *message_state_name(enum message_state state)
{
    return states[state].name;
}

bool message_state_parse(enum message_state *out, const char *name)
{
    for (size_t i = 0; i < COUNT(states); i++) {
        if (name && strcmp(states[i].name, name) == 0) {
            *out = (enum message_state)i;
            return true;
        }
    }
    return false;
}

bool message_state_may(enum message_state from, enum message_state to)
{
    return (states[from].next & TO(to)) != 0;
}

bool message_state_ended(enum message_state state)
{
    return states[state].ended;
}

static const char *const ask_states[] = {
    [ASK_OPEN] = "open",       [ASK_WAITING] = "waiting", [ASK_ANSWERED] = "answered",   [ASK_DECLINED] = "declined",
    [ASK_EXPIRED] = "expired", [ASK_UNASKED] = "unasked", [ASK_CANCELLED] = "cancelled",
};
_Static_assert(COUNT(ask_states) == ASK_STATES, "the last state has its row");

const char *ask_state_name(enum ask_state state)
{
    return ask_states[state];
}

bool ask_state_parse(enum ask_state *out, const char *name)
{
    for (size_t i = 0; i < COUNT(ask_states); i++) {
        if (name && strcmp(ask_states[i], name) == 0) {
            *out = (enum ask_state)i;
            return true;
        }
    }
    return false;
}

static const struct {
    const char *name, *en, *zh;
} reasons[] = {
    [REASON_NONE] = { "", "", "" },
    [REASON_RESTRICTED] = { "restricted", "may not be told about this child", "不得告知此人该孩子的情况" },
    [REASON_SHARED_RESTRICTED] = { "shared_restricted", "shares the phone with somebody who may not be told",
                                   "与受限制人共用电话" },
    [REASON_NOT_RELATED] = { "not_related", "is not (or no longer) a contact of this child",
                             "不是（或不再是）该孩子的联系人" },
    [REASON_DECEASED] = { "deceased", "has died", "已故" },
    [REASON_NO_PERSON] = { "no_person", "nobody is entered", "没有登记的人" },
    [REASON_NO_LINE] = { "no_line", "has no phone number", "没有电话号码" },
    [REASON_LINE_CHANGED] = { "line_changed", "the number is no longer this person's", "号码已不属于此人" },
    [REASON_WRONG_NUMBER] = { "wrong_number", "the number belongs to a stranger", "号码打错" },
    [REASON_SUSPECT] = { "suspect", "the number seems to be out of service", "号码可能已停用" },
    [REASON_OPTED_OUT] = { "opted_out", "has opted out", "已退订" },
    [REASON_UNCONFIRMED] = { "unconfirmed", "the number is not confirmed yet", "号码未核实" },
    [REASON_NO_TEXT] = { "no_text", "a landline takes no texts", "座机收不到短信" },
    [REASON_QUIET] = { "quiet", "quiet hours", "免打扰时间" },
    [REASON_CAP] = { "cap", "enough messages for one day", "当日条数已满" },
    [REASON_LINE_BUSY] = { "line_busy", "another question is open on this phone", "该号码还有未答的问题" },
    [REASON_SETTLED] = { "settled", "answered meanwhile", "已有答复" },
    [REASON_EQUAL] = { "equal", "the same text went there a moment ago", "刚发过同样的内容" },
    [REASON_PAUSED] = { "paused", "paused", "已暂停" },
    [REASON_CAUSE_CANCELLED] = { "cause_cancelled", "cancelled by staff", "已被取消" },
    [REASON_NO_GATEWAY] = { "no_gateway", "no gateway can carry it", "没有可用的通道" },
    [REASON_EXPIRED] = { "expired", "its time passed", "已过时限" },
    [REASON_UNKNOWN] = { "unknown", "nobody can tell whether it was sent", "无法确认是否已发出" },
    [REASON_REFUSED] = { "refused", "refused by the provider", "被运营商拒绝" },
    [REASON_UNDELIVERED] = { "undelivered", "could not be delivered", "未送达" },
    [REASON_BUSY] = { "busy", "busy", "占线" },
    [REASON_NO_ANSWER] = { "no_answer", "nobody answered", "无人接听" },
    [REASON_REPLACED] = { "replaced", "replaced by another message", "已由另一条代替" },
    [REASON_BY_HAND] = { "by_hand", "by hand", "人工处理" },
    [REASON_RESTORED] = { "restored", "held after a restore", "恢复备份后暂停" },
    [REASON_LOOP] = { "loop", "guard against answering an automat", "防止自动回复循环" },
    [REASON_RETRY] = { "retry", "refused for now, tried again", "暂时失败，稍后再试" },
    [REASON_THROTTLED] = { "throttled", "the provider asks to slow down", "运营商限速" },
    [REASON_GATEWAY_GONE] = { "gateway_gone", "the gateway ended", "通道中断" },
    [REASON_RELEASED] = { "released", "released", "已放行" },
    [REASON_NO_DUE] = { "missed", "missed while the daemon was down", "停机期间错过" },
    [REASON_DECLINED] = { "declined", "has said no to this already", "已表示不能" },
    [REASON_SETTLING] = { "settling", "taken, its outcome is awaited", "已有人接手，等结果" },
    [REASON_JOINED] = { "joined", "stands in another message to the same phone", "已并入同一号码的另一条" },
};
_Static_assert(COUNT(reasons) == REASONS, "the last reason has its row");

const char *reason_name(enum reason reason)
{
    return reasons[reason].name;
}

bool reason_parse(enum reason *out, const char *name)
{
    for (size_t i = 0; i < COUNT(reasons); i++) {
        if (name && strcmp(reasons[i].name, name) == 0) {
            *out = (enum reason)i;
            return true;
        }
    }
    return false;
}

const char *reason_text(enum reason reason, const char *language)
{
    return strcmp(language, "zh") == 0 ? reasons[reason].zh : reasons[reason].en;
}
