#include "bind.h"

#include <lauxlib.h>

#include "clock.h"
#include "coverage.h"
#include "credential.h"
#include "digest.h"
#include "files.h"
#include "guard.h"
#include "http.h"
#include "inbox.h"
#include "journal.h"
#include "json.h"
#include "locks.h"
#include "log.h"
#include "plan.h"
#include "process.h"
#include "progress.h"
#include "quota.h"
#include "retry.h"
#include "run.h"
#include "schedule.h"
#include "status.h"
#include "store.h"
#include "task.h"
#include "terminal.h"
#include "test.h"
#include "text.h"
#include "traffic.h"
#include "work.h"
#include "zone.h"

static const luaL_Reg modules[] = {{"native.clock", luaopen_native_clock},
                                   {"native.coverage", luaopen_native_coverage},
                                   {"native.credential", luaopen_native_credential},
                                   {"native.digest", luaopen_native_digest},
                                   {"native.files", luaopen_native_files},
                                   {"native.guard", luaopen_native_guard},
                                   {"native.http", luaopen_native_http},
                                   {"native.inbox", luaopen_native_inbox},
                                   {"native.journal", luaopen_native_journal},
                                   {"native.json", luaopen_native_json},
                                   {"native.locks", luaopen_native_locks},
                                   {"native.log", luaopen_native_log},
                                   {"native.plan", luaopen_native_plan},
                                   {"native.process", luaopen_native_process},
                                   {"native.progress", luaopen_native_progress},
                                   {"native.quota", luaopen_native_quota},
                                   {"native.retry", luaopen_native_retry},
                                   {"native.run", luaopen_native_run},
                                   {"native.schedule", luaopen_native_schedule},
                                   {"native.status", luaopen_native_status},
                                   {"native.store", luaopen_native_store},
                                   {"native.task", luaopen_native_task},
                                   {"native.terminal", luaopen_native_terminal},
                                   {"native.test", luaopen_native_test},
                                   {"native.text", luaopen_native_text},
                                   {"native.traffic", luaopen_native_traffic},
                                   {"native.work", luaopen_native_work},
                                   {"native.zone", luaopen_native_zone},
                                   {NULL, NULL}};

void bind_preload(lua_State *L) {
  luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_PRELOAD_TABLE);
  luaL_setfuncs(L, modules, 0);
  lua_pop(L, 1);
}
