/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Numbers as people write them, and what each becomes or why it is refused. A table of input and answer; a new habit of
 * writing is one more row.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "core/phone.h"
#include "lib/memory.h"

static const struct {
    const char *text, *region, *e164;
    enum phone_type type;
    bool unknown_prefix;
} taken[] = {
    { "13912345678", "CN", "+8613912345678", PHONE_MOBILE, false },
    { "139 1234 5678", "CN", "+8613912345678", PHONE_MOBILE, false },
    { "139-1234-5678", "CN", "+8613912345678", PHONE_MOBILE, false },
    { "139.1234.5678", "CN", "+8613912345678", PHONE_MOBILE, false },
    { "１３９１２３４５６７８", "CN", "+8613912345678", PHONE_MOBILE, false },
    { "13912345678.0", "CN", "+8613912345678", PHONE_MOBILE, false },
    { "'13912345678", "CN", "+8613912345678", PHONE_MOBILE, false },
    { " ’13912345678", "CN", "+8613912345678", PHONE_MOBILE, false },
    { "\u202d13912345678\u202c", "CN", "+8613912345678", PHONE_MOBILE, false },
    { "\u3000139\u00a01234　5678", "CN", "+8613912345678", PHONE_MOBILE, false },
    { "+86 139 1234 5678", "CN", "+8613912345678", PHONE_MOBILE, false },
    { "＋86（139）12345678", "CN", "+8613912345678", PHONE_MOBILE, false },
    { "(+86) 13912345678", "CN", "+8613912345678", PHONE_MOBILE, false },
    { "0086-13912345678", "CN", "+8613912345678", PHONE_MOBILE, false },
    { "8613912345678", "CN", "+8613912345678", PHONE_MOBILE, false },
    { "013912345678", "CN", "+8613912345678", PHONE_MOBILE, false },
    { "+8613912345678", "US", "+8613912345678", PHONE_MOBILE, false },
    { "19900000376", "CN", "+8619900000376", PHONE_MOBILE, false },
    { "14212345678", "CN", "+8614212345678", PHONE_MOBILE, true }, /* no such prefix in the data of the library */
    { "0571-88881234", "CN", "+8657188881234", PHONE_LANDLINE, false },
    { "(010) 6552 9988", "CN", "+861065529988", PHONE_LANDLINE, false },
    { "+86 571 8888 1234", "CN", "+8657188881234", PHONE_LANDLINE, false },
    { "17951 13912345678", "CN", "+8613912345678", PHONE_MOBILE, false }, /* a code of cheap calls, years ago */
    { "+86 10 6552 9988", "CN", "+861065529988", PHONE_LANDLINE, false },
    { "+86 0571 8888 1234", "CN", "+8657188881234", PHONE_LANDLINE, false },
    { "+852 5123 4567", "CN", "+85251234567", PHONE_MOBILE, false },
    { "00852 51234567", "CN", "+85251234567", PHONE_MOBILE, false },
    { "+1 (201) 555-0123", "CN", "+12015550123", PHONE_OTHER, false },
    { "+49 1512 3456789", "CN", "+4915123456789", PHONE_MOBILE, false },
    { "01512 3456789", "DE", "+4915123456789", PHONE_MOBILE, false },
};

static void test_numbers_as_people_write_them_become_e164(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(taken); i++) {
        struct phone phone = { 0 };
        struct error err = { "" };

        if (!phone_parse(&phone, taken[i].text, taken[i].region, &err))
            fail_msg("\"%s\": got \"%s\", want %s", taken[i].text, err.text, taken[i].e164);
        if (strcmp(phone.e164, taken[i].e164) != 0 || phone.type != taken[i].type ||
            phone.unknown_prefix != taken[i].unknown_prefix)
            fail_msg("\"%s\": got %s type %d unknown %d, want %s type %d unknown %d", taken[i].text, phone.e164,
                     (int)phone.type, phone.unknown_prefix, taken[i].e164, (int)taken[i].type, taken[i].unknown_prefix);
    }
}

/* What is refused, and words of the sentence that says why. */
static const struct {
    const char *text, *why;
} refused[] = {
    { "", "no number" },
    { " - ", "no number" },
    { "O3912345678", "\"O\" is not part of a number" },
    { "l3912345678", "\"l\" is not part of a number" },
    { "妈妈13912345678", "\"妈\" is not part of a number" },
    { "13912345678（爸）", "\"爸\" is not part of a number" },
    { "1.39E+10", "\"E\" is not part of a number" },
    { "13912345678/13812345678", "\"/\" is not part of a number" },
    { "139\x01"
      "12345678",
      "\"?\" is not part of a number" },
    { "139\xff"
      "12345678",
      "\"?\" is not part of a number" },
    { "139'12345678", "only stand at the beginning" },
    { "139+12345678", "only stand at the beginning" },
    { "++8613912345678", "only stand at the beginning" },
    { "110", "the police" },
    { "119", "the fire service" },
    { "120", "the ambulance" },
    { "12355", "the youth service line" },
    { "12356", "the mental health line" },
    { "+86 110", "the police" },
    { "96110", "the anti-fraud line" },
    { "10086", "a carrier's service line" },
    { "95588", "a company's service line" },
    { "400-820-8820", "a company's service line" },
    { "1065529988", "numbers with 106 only send texts" },
    { "1069012345678", "numbers with 106 only send texts" },
    { "66123", "a short number works only inside its own group" },
    { "661234", "a short number works only inside its own group" },
    { "88881234", "the area code is missing" },
    { "1391234567", "10 digits, a mobile number has 11" },
    { "139123456789", "12 digits, a mobile number has 11" },
    { "1391234567813812345678", "22 digits, more than one number" },
    { "11912345678", "not a number in CN" },
    { "00000000000", "no country has such a number" },
    { "+999 123 456 789", "no country has such a number" },
    { "+1 800 555 0199", "a service line" },
    { "1391234567813912345678139123456781391234567813912345678139123456789", "too long" },
};

static void test_what_is_no_persons_number_is_refused_with_the_reason(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(refused); i++) {
        struct phone phone = { .e164 = "kept" };
        struct error err = { "" };

        if (phone_parse(&phone, refused[i].text, "CN", &err))
            fail_msg("\"%s\": taken as %s, want refused: %s", refused[i].text, phone.e164, refused[i].why);
        if (!strstr(err.text, refused[i].why))
            fail_msg("\"%s\": got \"%s\", want \"%s\"", refused[i].text, err.text, refused[i].why);
        assert_string_equal(phone.e164, "kept");
    }
}

static void test_current_mobile_prefixes_are_no_cause_for_a_warning(void **state)
{
    static const char *const prefixes[] = { "133", "149", "153", "173", "177", "180", "189", "190", "191", "193",
                                            "199", "134", "138", "147", "148", "150", "157", "172", "178", "182",
                                            "187", "195", "197", "198", "130", "145", "146", "155", "166", "175",
                                            "176", "185", "186", "196", "192", "162", "165", "167", "170", "171" };

    (void)state;
    for (size_t i = 0; i < COUNT(prefixes); i++) {
        CLEANUP(mem_clean) char *number = mem_format("%s12345678", prefixes[i]);
        struct phone phone;

        assert_true(phone_parse(&phone, number, "CN", NULL));
        if (phone.unknown_prefix)
            fail_msg("prefix %s: got unknown, want known", prefixes[i]);
    }
}

static void test_sample_numbers_are_known_by_their_range(void **state)
{
    (void)state;
    assert_true(phone_is_sample("+8619900000376"));
    assert_false(phone_is_sample("+8619900010376"));
    assert_false(phone_is_sample("+86199000003760"));
    assert_false(phone_is_sample("19900000376"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers_as_people_write_them_become_e164),
        cmocka_unit_test(test_what_is_no_persons_number_is_refused_with_the_reason),
        cmocka_unit_test(test_current_mobile_prefixes_are_no_cause_for_a_warning),
        cmocka_unit_test(test_sample_numbers_are_known_by_their_range),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
