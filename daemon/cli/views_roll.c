/* SPDX-License-Identifier: Apache-2.0 */
/* Views of rolls, absences and of what is wrong with ladders; see view.h. */
#include "cli/language.h"
#include "cli/view.h"

#define STATE N_("state"), "state", cell_word, LOOK_STATE
#define CLASS N_("class"), "class", cell_text, LOOK_WHOLE
#define CHILD N_("child"), "student", cell_name, LOOK_PROSE

const struct view view_rolls = {
    .columns = { { CLASS },
                 { STATE },
                 { N_("due"), "due", cell_short, LOOK_WHOLE },
                 { N_("reported"), "reported", cell_short, LOOK_WHOLE },
                 { N_("expected"), "expected", cell_text, LOOK_NUMBER },
                 { N_("present"), "present", cell_text, LOOK_NUMBER },
                 { N_("absent"), "absent", cell_text, LOOK_NUMBER },
                 { N_("sick"), "sick", cell_text, LOOK_NUMBER },
                 { N_("leave"), "leave", cell_text, LOOK_NUMBER },
                 { N_("reporter"), "reporter", cell_name, LOOK_PROSE },
                 { N_("by"), "by", cell_text, LOOK_PROSE } },
};

const struct view view_roll = {
    .fields = { { CLASS },
                { N_("day"), "day", cell_text, LOOK_PROSE },
                { STATE },
                { N_("due"), "due", cell_time, LOOK_PROSE },
                { N_("reported"), "reported", cell_time, LOOK_PROSE },
                { N_("reporter"), "reporter", cell_who, LOOK_PROSE },
                { N_("by"), "by", cell_text, LOOK_PROSE },
                { N_("expected"), "expected", cell_text, LOOK_PROSE },
                { N_("present"), "present", cell_text, LOOK_PROSE },
                { N_("away without a name"), "unnamed", cell_text, LOOK_PROSE } },
    .sections = { { N_("Away"),
                    "away",
                    { { CHILD },
                      { N_("why"), "word", cell_word, LOOK_WHOLE },
                      { STATE },
                      { N_("came"), "back", cell_short, LOOK_WHOLE },
                      { N_("alert"), "cause", cell_text, LOOK_NUMBER } } } },
};

const struct view view_absence = {
    .columns = { { N_("alert"), "id", cell_text, LOOK_NUMBER },
                 { CHILD },
                 { CLASS },
                 { STATE },
                 { N_("since"), "since", cell_short, LOOK_WHOLE },
                 { N_("answer"), "answer", cell_word, LOOK_WHOLE },
                 { N_("outcome"), "outcome", cell_text, LOOK_PROSE },
                 { N_("remark"), "note", cell_text, LOOK_PROSE },
                 { N_("by"), "by", cell_text, LOOK_PROSE } },
    .fields = { { N_("child"), "student", cell_who, LOOK_PROSE },
                { CLASS },
                { STATE },
                { N_("joined one that is there"), "joined", cell_yes, LOOK_PROSE },
                { N_("since"), "since", cell_time, LOOK_PROSE },
                { N_("alert"), "id", cell_text, LOOK_PROSE },
                { N_("answer"), "answer", cell_word, LOOK_PROSE },
                { N_("outcome"), "outcome", cell_text, LOOK_PROSE },
                { N_("remark"), "note", cell_text, LOOK_PROSE },
                { N_("by"), "by", cell_text, LOOK_PROSE } },
};

const struct view view_ladder_check = {
    .columns = { { STATE },
                 { N_("ladder"), "ladder", cell_text, LOOK_WHOLE },
                 { N_("step"), "step", cell_text, LOOK_NUMBER },
                 { N_("who"), "who", cell_text, LOOK_WHOLE },
                 { N_("what"), "what", cell_text, LOOK_PROSE },
                 { N_("how to mend it"), "mend", cell_text, LOOK_PROSE } },
};
