/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libphonenumber behind one function of C: whether digits are a number of the plan, its E.164 form and its type.
 * The characters were checked before (phone.c), for the library itself takes letters for digits.
 */
#include <stdbool.h>
#include <stdio.h>

extern "C" {
#include "core/phone_internal.h"
}

#include <phonenumbers/phonenumberutil.h>

#include <string>

using i18n::phonenumbers::PhoneNumber;
using i18n::phonenumbers::PhoneNumberUtil;

static enum phone_verdict judge(enum phone_type *type, PhoneNumberUtil::PhoneNumberType found)
{
    switch (found) {
    case PhoneNumberUtil::MOBILE:
        *type = PHONE_MOBILE;
        return PHONE_VALID;
    case PhoneNumberUtil::FIXED_LINE:
        *type = PHONE_LANDLINE;
        return PHONE_VALID;
    case PhoneNumberUtil::FIXED_LINE_OR_MOBILE:
    case PhoneNumberUtil::VOIP:
    case PhoneNumberUtil::PERSONAL_NUMBER:
    case PhoneNumberUtil::UAN:
        *type = PHONE_OTHER;
        return PHONE_VALID;
    case PhoneNumberUtil::TOLL_FREE:
    case PhoneNumberUtil::PREMIUM_RATE:
    case PhoneNumberUtil::SHARED_COST:
    case PhoneNumberUtil::PAGER:
    case PhoneNumberUtil::VOICEMAIL:
        *type = PHONE_OTHER;
        return PHONE_SERVICE;
    case PhoneNumberUtil::UNKNOWN:
        break;
    }
    return PHONE_NOTHING;
}

enum phone_verdict phone_look_up(struct phone *out, const char *digits, const char *region)
{
    const PhoneNumberUtil &util = *PhoneNumberUtil::GetInstance();
    PhoneNumber number;
    std::string e164;
    struct phone phone = {};
    enum phone_verdict verdict;

    if (util.Parse(digits, region, &number) != PhoneNumberUtil::NO_PARSING_ERROR || !util.IsValidNumber(number))
        return PHONE_NOTHING;
    verdict = judge(&phone.type, util.GetNumberType(number));
    util.Format(number, PhoneNumberUtil::E164, &e164);
    if (verdict == PHONE_NOTHING || e164.size() >= sizeof phone.e164)
        return PHONE_NOTHING;
    snprintf(phone.e164, sizeof phone.e164, "%s", e164.c_str());
    *out = phone;
    return verdict;
}
