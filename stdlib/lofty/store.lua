--- What outlives a run, for the modules of the library that keep something: one store for all of them, opened when it is
--- first needed, and the names under which an account's entries are. Scripts have lofty.state, lofty.lock and the like.
local clock = require "native.clock"
local lofty_error = require "lofty.error"
local misuse = require "lofty.misuse"
local native_locks = require "native.locks"
local native_store = require "native.store"
local run = require "native.run"
local wording = require "lofty.wording"

local M = {}

local NAME_MAX, KEY_MAX = 200, 512
local FIRST_PAUSE, LONGEST_PAUSE = 20, 500 -- milliseconds between two looks at a lock

--- Hears of each change before it is made, in a dry run: lofty.dry.keep.
M.planned = nil ---@type fun(method: string, ...)|nil

local store, locks -- opened when first needed, closed with the run

--- Raises a lofty error.
---@param operation string
---@param code string
---@param message string
function M.fail(operation, code, message)
  error(lofty_error.new { code = code, message = message, operation = operation }, 0)
end

--- What a function of a native module returned; where it failed that is a lofty error.
---@param operation string for the error, such as "state.get"
---@param result any
---@param code string|nil
---@param message string|nil
---@return any result
function M.given(operation, result, code, message)
  if result == nil then M.fail(operation, code, message) end
  return result
end

--- The account that a run works for. Whatever is kept is kept for it: a run with --sandbox has its own, in memory unless
--- --state names a folder. The profile "default" is there also where nobody has written it down (host/profile.h).
---@return string
function M.account()
  local settings = run.settings()
  return settings.sandbox and "sandbox" or (settings.profile or "default") .. "@" .. settings.base_url
end

--- Calls a method of the store. What it cannot do is a lofty error, but for the codes in `expected`.
---@param operation string for the error, such as "state.get"
---@param method string
---@param ... any
---@return any result nil, code and message where the code is one of a mistake
function M.ask(operation, method, ...)
  store = store or M.given(operation, native_store.open())
  if M.planned then M.planned(method, ...) end
  local result, code, message = store[method](store, ...)
  if code == "NOT_AN_INTEGER" or code == "OUT_OF_RANGE" then return nil, code, message end
  if result == nil and code then M.fail(operation, code, message) end
  return result, code
end

--- Walks through the entries of a space in the order of their keys, a page in memory.
---@param operation string
---@param space string
---@param prefix string
---@param after string|nil begins behind this key
---@return fun(): string|nil, string|nil key and value
function M.entries(operation, space, prefix, after)
  local page, more, place = {}, true, 0
  return function()
    if place >= #page and more then
      page, more = M.ask(operation, "page", space, prefix, page[#page - 1] or after)
      place = 0
    end
    place = place + 2
    return page[place - 1], page[place]
  end
end

--- Tries to take a lock of this account. It lasts until it is closed, or the process ends.
---@param operation string
---@param name string
---@return userdata|nil lock nil where another has it
---@return integer|nil process that has it, where that is known
---@return integer|nil since in milliseconds since 1970
function M.try_lock(operation, name)
  locks = locks or M.given(operation, native_locks.open())
  local lock, code, message, process, since = locks:take(name)
  if not lock and code ~= "ALREADY_RUNNING" then M.fail(operation, code, message) end
  return lock, process, since
end

--- Takes a lock of this account as soon as it is free.
---@param operation string
---@param name string
---@param wait integer milliseconds, at most
---@return userdata|nil lock nil where another had it all that time
---@return integer|nil process
---@return integer|nil since
function M.wait_lock(operation, name, wait)
  local last, pause = clock.monotonic() + wait, FIRST_PAUSE
  while true do
    local lock, process, since = M.try_lock(operation, name)
    local left = last - clock.monotonic()
    if lock or left <= 0 then return lock, process, since end
    local _, code, message = clock.sleep(math.min(pause, left))
    if code then M.fail(operation, code, message) end
    pause = math.min(pause * 2, LONGEST_PAUSE)
  end
end

--- Who has a lock, as part of a sentence: " (process 812, since 2026-03-01T06:15:00-08:00)"; "" where it is not known.
---@param process integer|nil
---@param since integer|nil
---@return string
function M.holder(process, since)
  if not process then return "" end
  return (" (process %d, since %s)"):format(process, require("lofty.time").iso(since, "local"))
end

--- Checks a name that a script gave.
---@param what string what it is for, such as "lofty.lock: the name"
---@param name any
---@return string
function M.check_name(what, name)
  local is_name = type(name) == "string" and name ~= "" and #name <= NAME_MAX and utf8.len(name)
    and not name:find("%c")
  if not is_name then
    misuse(("%s must be text of 1 to %d bytes, without control characters; got %s"):format(what, NAME_MAX,
      wording.describe(name)))
  end
  return name
end

--- Checks a key that a script gave, under which something is kept; an integer is its digits.
---@param what string what was called, such as "lofty.state.get"
---@param key any
---@return string
function M.check_key(what, key)
  if math.type(key) == "integer" then return ("%d"):format(key) end
  local is_key = type(key) == "string" and key ~= "" and #key <= KEY_MAX and utf8.len(key) and not key:find("%c")
  if not is_key then
    misuse(("%s: a key is text of 1 to %d bytes without control characters, or an integer; got %s"):format(what, KEY_MAX,
      wording.describe(key)))
  end
  return key
end

return M
