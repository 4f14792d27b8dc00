/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A gateway without sin that takes webhooks. The end of the path says what it does: echo (answers with the request), reply
 * (the body is a reply's text and uid, "u-1"; the answer waits for it), again (the same without saying the reply), silent,
 * never (waits for a uid that was never said), odd (headers and bytes), nonsense (a status that is none), many (too many
 * uids), die (it is killed). Jobs are accepted. config: simulated, http (default true).
 */
#include <signal.h>

#include "lib/memory.h"
#include "tests/gateways/sin.h"

static void say_object(json_t *line)
{
    CLEANUP(mem_clean) char *text = json_write(line);

    sin_say("%s", text);
    json_decref(line);
}

static json_t *answer(const json_t *request, int status)
{
    json_t *line = json_object();

    json_put_text(line, "type", "http");
    json_put_text(line, "req", json_text(request, "req", ""));
    json_put_int(line, "status", status);
    return line;
}

static void echo(const json_t *request)
{
    CLEANUP(mem_clean) char *text = json_write(request);
    json_t *line = answer(request, 200);

    json_put(line, "headers", json_pack("{s:s}", "Content-Type", "application/json"));
    json_put_text(line, "body", text);
    say_object(line);
}

static void say_after(const json_t *request, const char *uid)
{
    json_t *line = answer(request, 200);

    json_put_text(line, "body", "ok");
    json_put(line, "after", json_pack("[s]", uid));
    say_object(line);
}

static void reply(const json_t *request)
{
    const char *uid = json_text(request, "body", "");
    json_t *line = json_object();

    json_put_text(line, "type", "reply");
    json_put_text(line, "uid", uid);
    json_put_text(line, "from", "+8619900000001");
    json_put_text(line, "text", uid);
    say_object(line);
    say_after(request, uid);
}

static void again(const json_t *request)
{
    say_after(request, json_text(request, "body", ""));
}

static void never(const json_t *request)
{
    say_after(request, "never-said");
}

static void silent(const json_t *request)
{
    (void)request;
}

static void odd(const json_t *request)
{
    json_t *line = answer(request, 418);

    json_put(line, "headers",
             json_pack("{s:s,s:s,s:s,s:s,s:s}", "X-Good", "青", "Connection", "close", "Content-Length", "99", "X-Bad",
                       "a\r\nX-Smuggled: 1", "not a token", "x"));
    json_put_text(line, "body_base64", "AP8K"); /* 00 ff 0a */
    say_object(line);
}

static void nonsense(const json_t *request)
{
    say_object(answer(request, 9999));
}

static void many(const json_t *request)
{
    json_t *line = answer(request, 200);
    json_t *after = json_array();

    for (int i = 0; i < 1001; i++)
        json_array_append_new(after, json_sprintf("u%d", i));
    json_put(line, "after", after);
    say_object(line);
}

static void die(const json_t *request)
{
    (void)request;
    raise(SIGKILL);
}

static const struct {
    const char *name;
    void (*run)(const json_t *request);
} ways[] = {
    { "echo", echo }, { "reply", reply }, { "again", again },       { "silent", silent }, { "never", never },
    { "odd", odd },   { "many", many },   { "nonsense", nonsense }, { "die", die },
};

static void take_http(const json_t *request)
{
    const char *path = json_text(request, "path", "");
    const char *name = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;

    for (size_t i = 0; i < COUNT(ways); i++)
        if (strcmp(ways[i].name, name) == 0)
            ways[i].run(request);
}

static void take_send(const json_t *job)
{
    const char *id = json_text(job, "id", "");

    sin_say("{\"type\":\"started\",\"id\":\"%s\"}", id);
    sin_say("{\"type\":\"accepted\",\"id\":\"%s\"}", id);
}

static void announce(const json_t *config)
{
    sin_say(
        "{\"type\":\"ready\",\"version\":1,\"channels\":[\"sms\",\"voice\"],\"window\":8,\"simulated\":%s,\"http\":%s}",
        json_flag(config, "simulated", false) ? "true" : "false", json_flag(config, "http", true) ? "true" : "false");
}

int main(int argc, char **argv)
{
    json_t *hello, *line;

    (void)argv;
    if (argc > 1) {
        announce(NULL);
        return 0;
    }
    hello = sin_hear();
    announce(json_object_get(hello, "config"));
    while ((line = sin_hear())) {
        if (sin_is(line, "http"))
            take_http(line);
        else if (sin_is(line, "send"))
            take_send(line);
        else if (sin_is(line, "ping"))
            sin_pong(line);
        else if (sin_is(line, "drain"))
            sin_say("{\"type\":\"drained\"}");
        json_decref(line);
    }
    json_decref(hello);
    return 0;
}
