--- lofty.lock: what only one run at a time may do.
---
---   do
---     local _ <close> = lofty.lock("assign leads", { wait = "30s" })
---     ...
---   end                                     -- released here, also where an error leaves
---
--- It is a value and not a function around a function, so that what is locked stays in the script's own lines: it may
--- return, break and raise out of it, and a lock may be released where it is no longer needed. One that is not released
--- lasts until the run ends, however it ends; a killed process holds none.
---
--- Names belong to a profile and a base URL, as the keys of lofty.state do. Tasks of one run exclude each other too.
local durations = require "lofty.time.durations"
local lofty_error = require "lofty.error"
local misuse = require "lofty.misuse"
local option_tables = require "lofty.options"
local store = require "lofty.store"
local wording = require "lofty.wording"

local M = {}

---@class lofty.LockOptions
---@field wait string|number|nil how long to wait for whoever has it, "30s" or seconds; not at all by default

---@class lofty.Lock a lock that is held; made by lofty.lock
local Lock = {}

--- What a lock is made of. It is kept here until it is released: nobody need hold on to the value.
local held = {} ---@type table<lofty.Lock, userdata|false>

--- Lets others have it. Does nothing to one that was released.
function Lock:release()
  local handle = held[self]
  if handle == nil and getmetatable(self) ~= M.metatable then
    misuse("call release with a colon, as in lock:release()")
  end
  held[self] = nil
  if handle then handle:close() end
end

M.metatable = {
  __name = "lofty.Lock",
  __close = Lock.release,
  __index = function(_, key)
    if key == "release" then return Lock.release end
    misuse(("a lock has no %s; it has :release()"):format(wording.quoted(tostring(key))))
  end,
  __newindex = function() misuse("a lock has no fields") end,
}

local function milliseconds(wait)
  if wait == nil then return 0 end
  if type(wait) == "number" and wait >= 0 and wait < math.huge then return math.ceil(wait * 1000) end
  return durations.read(wait)
    or misuse(('lofty.lock: wait must be "30s", "5m" or seconds, got %s'):format(wording.describe(wait)))
end

local function check_options(options)
  return milliseconds(option_tables.check("lofty.lock", "second", options, { wait = true }).wait)
end

--- See lofty.lock.
---@param name string
---@param options lofty.LockOptions|nil
---@return lofty.Lock
function M.take(name, options)
  store.check_name("lofty.lock: the name", name)
  local wait = check_options(options)
  local whole = ("lock %s %s"):format(store.account(), name)
  local handle, process, since = store.wait_lock("lock", whole, wait)
  if not handle then
    error(lofty_error.new { code = "ALREADY_RUNNING", operation = "lock",
      message = ("another has the lock %s%s"):format(wording.quoted(name), store.holder(process, since)) }, 0)
  end
  local lock = setmetatable({}, M.metatable)
  held[lock] = handle
  return lock
end

return M
