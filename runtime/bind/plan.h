/* native.plan: the file of a dry run's plan (core/plan_file.h). */
#ifndef BIND_PLAN_H
#define BIND_PLAN_H

#include <lua.h>

/* native.plan.settings() -> { file, script, colour }: what the options say; `file` is that of
       --plan, or nil
   native.plan.folder() -> the folder in which plans are kept that have no file of their own, made
       where it was missing, rid of those of long ago; false where the run keeps nothing; or nil,
       code, message
   native.plan.state() -> the state folder, as one name that no link leads to, made where it was
       missing; false and failures as above
   native.plan.account(name) -> as a run's own account is called, for plans of earlier versions,
   which kept the base URL as it was written native.plan.create(path) -> file, or nil, code, message
   file:write(text), file:commit() -> true, or nil, code, message
   A file that was not committed is gone when it is collected, or the run ends. */
int luaopen_native_plan(lua_State *L);

#endif
