--- Waiting for what Lofty has taken and does not show yet. A lead, a note or a manual log just made is answered with
--- 404 for a while, though it can be written to (documented); how long is not. So a read is repeated, with growing
--- pauses and for a bounded time, and while the program waits, other work of the run goes on.
local clock = require "native.clock"
local try = require("lofty.error").try

local M = {}

--- Seconds for which a read that misses is repeated where nobody says otherwise.
M.TIMEOUT = 30

--- The specification of the helpers' field that says otherwise.
M.timeout_spec = { type = "number", min = 0, max = 600, default = M.TIMEOUT, note = "seconds" }

local FIRST_PAUSE, LONGEST_PAUSE = 100, 4000 -- ms

--- Calls `look` until it gives something other than nil, the last time when the seconds are over.
---@generic T
---@param seconds number
---@param look fun(): T|nil
---@return T|nil found nil where the time was over first
function M.poll(seconds, look)
  local deadline, pause = clock.monotonic() + seconds * 1000, FIRST_PAUSE
  while true do
    local found = look()
    if found ~= nil then return found end
    local left = deadline - clock.monotonic()
    if left <= 0 then return nil end
    clock.sleep(math.ceil(math.min(pause, left)))
    pause = math.min(pause * 2, LONGEST_PAUSE)
  end
end

--- Whether the error says that what was read is not there, or not yet. A 404 that says nothing at all counts as well;
--- one that names another cause, an address without an API for example, does not.
---@param err lofty.Error
---@param code string LEAD_NOT_EXIST or RESOURCE_NOT_EXIST
---@return boolean
function M.is_missing(err, code)
  return err.status == 404 and (err:is(code) or err:is("NOT_FOUND") and err.body == nil)
end

--- Reads something, waiting while Lofty answers 404 with `code`. Raises any other error at once, and that one when the
--- seconds are over; its `attempts` is how often it was read.
---@param code string LEAD_NOT_EXIST or RESOURCE_NOT_EXIST
---@param seconds number|nil M.TIMEOUT by default
---@param read fun(...): any an operation that gets one thing by its id
---@param ... any its arguments
---@return table
function M.read(code, seconds, read, ...)
  local arguments, attempts, last = table.pack(...), 0, nil
  local found = M.poll(seconds or M.TIMEOUT, function()
    local thing, err = try(read, table.unpack(arguments, 1, arguments.n))
    if not err then return thing end
    if not M.is_missing(err, code) then error(err, 0) end
    attempts, last = attempts + 1, err
  end)
  if found ~= nil then return found end
  last.attempts = attempts
  error(last, 0)
end

return M
