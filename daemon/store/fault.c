/* SPDX-License-Identifier: Apache-2.0 */
/* The table of faults; see fault.h. */
#include "store/fault.h"

#include <errno.h>
#include <sqlite3.h>
#include <string.h>

#include "lib/memory.h"

static const struct {
    const char *name, *en, *mend_en, *zh, *mend_zh;
} faults[] = {
    [FAULT_NONE] = { "", "", "", "", "" },
    [FAULT_FULL] = { "full", "the disk of the store is full: only emergencies go out",
                     "make room on it (`df -h` shows it); all goes on by itself", "数据盘已满：只发送紧急消息",
                     "请清理磁盘空间（df -h 可查看），之后自动恢复" },
    [FAULT_LOW] = { "low", "the disk of the store is nearly full: only emergencies go out",
                    "make room on it (`df -h` shows it); all goes on by itself", "数据盘将满：只发送紧急消息",
                    "请清理磁盘空间（df -h 可查看），之后自动恢复" },
    [FAULT_READ_ONLY] = { "read_only", "the store cannot be written: nothing goes out, not even an emergency",
                          "ring by hand; mount the disk writable or mend its rights; all goes on by itself",
                          "数据盘只读：任何消息都发不出，包括紧急消息",
                          "请人工打电话；把磁盘改为可写或修正权限，之后自动恢复" },
    [FAULT_LOCKED] = { "locked", "another program holds the store: nothing goes out, not even an emergency",
                       "ring by hand; end that program (`fuser -v FILE` names it); all goes on by itself",
                       "数据库被别的程序占用：任何消息都发不出，包括紧急消息",
                       "请人工打电话；结束那个程序（fuser -v 文件 可查），之后自动恢复" },
    [FAULT_DAMAGED] = { "damaged", "the store is damaged: only what can still be written goes out",
                        "look with `greenline check`; stop the daemon and restore the last backup: "
                        "`greenline restore FILE`",
                        "数据库已损坏：只能发送还写得进去的消息",
                        "先运行 greenline check；停止服务并恢复最近的备份：greenline restore 文件" },
    [FAULT_GONE] = { "gone", "the file of the store is no longer in its place: only emergencies go out",
                     "put the folder back (mount its disk) while the daemon runs: what it has is lost when it ends",
                     "数据库文件已不在原处：只发送紧急消息",
                     "服务仍在运行时把文件夹放回（挂载磁盘）；服务一停，其后的内容就会丢失" },
    [FAULT_DESCRIPTORS] = { "descriptors", "no file descriptors are left: only emergencies go out, and nobody can ask",
                            "raise LimitNOFILE, or end what uses them up; all goes on by itself",
                            "文件描述符已用完：只发送紧急消息，也无法查询",
                            "请提高 LimitNOFILE 或结束占用者，之后自动恢复" },
    [FAULT_DISK] = { "disk", "the disk fails: nothing goes out that cannot be stored",
                     "ring by hand; look into the system's log (`dmesg`), replace the disk, restore the last backup",
                     "磁盘出错：存不下的消息都发不出",
                     "请人工打电话；查看系统日志（dmesg），更换磁盘并恢复最近的备份" },
    [FAULT_OTHER] = { "other", "the store refuses: only emergencies go out", "look into the log of greenlined",
                      "数据库拒绝写入：只发送紧急消息", "请查看 greenlined 的日志" },
};
_Static_assert(COUNT(faults) == FAULTS, "the last fault has its row");

/* SQLite: "Result and Error Codes", rescode.html; the primary code is the low byte. */
static const struct {
    int code;
    enum fault fault;
} codes[] = {
    { SQLITE_FULL, FAULT_FULL },
    { SQLITE_READONLY, FAULT_READ_ONLY },
    { SQLITE_PERM, FAULT_READ_ONLY },
    { SQLITE_BUSY, FAULT_LOCKED },
    { SQLITE_LOCKED, FAULT_LOCKED },
    { SQLITE_CORRUPT, FAULT_DAMAGED },
    { SQLITE_NOTADB, FAULT_DAMAGED },
    { SQLITE_IOERR, FAULT_DISK },
    { SQLITE_CANTOPEN, FAULT_DISK },
    { SQLITE_PROTOCOL, FAULT_LOCKED },
    { SQLITE_READONLY_DBMOVED, FAULT_GONE },
};

/* What the system says is nearer to the cause than "disk I/O error". */
static const struct {
    int number;
    enum fault fault;
} numbers[] = {
    { ENOSPC, FAULT_FULL },      { EDQUOT, FAULT_FULL },        { EROFS, FAULT_READ_ONLY },
    { EACCES, FAULT_READ_ONLY }, { EMFILE, FAULT_DESCRIPTORS }, { ENFILE, FAULT_DESCRIPTORS },
    { ENOENT, FAULT_GONE },
};

enum fault fault_of_code(int code, int system_errno)
{
    const int primary = code & 0xff;

    if (code == SQLITE_OK)
        return FAULT_NONE;
    for (size_t i = 0; i < COUNT(numbers); i++)
        if ((primary == SQLITE_IOERR || primary == SQLITE_CANTOPEN) && system_errno == numbers[i].number)
            return numbers[i].fault;
    for (size_t i = COUNT(codes); i-- > 0;)
        if (codes[i].code == code || codes[i].code == primary)
            return codes[i].fault;
    return FAULT_OTHER;
}

const char *fault_name(enum fault fault)
{
    return faults[fault].name;
}

const char *fault_what(enum fault fault, const char *language)
{
    return strcmp(language, "zh") == 0 ? faults[fault].zh : faults[fault].en;
}

const char *fault_mend(enum fault fault, const char *language)
{
    return strcmp(language, "zh") == 0 ? faults[fault].mend_zh : faults[fault].mend_en;
}
