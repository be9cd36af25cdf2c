--- For tests of what waits: where nothing can yield, and waits that no clock ends.
local native = require "native.task"

local M = {}

--- Calls f where nothing can yield: below a C function.
M.places = {
  ["table.sort"] = function(f)
    local results
    table.sort({ 1, 2 }, function()
      results = results or table.pack(f())
      return false
    end)
    return table.unpack(results, 1, results.n)
  end,
  ["string.gsub"] = function(f)
    local results
    string.gsub("x", "x", function() results = table.pack(f()) end)
    return table.unpack(results, 1, results.n)
  end,
  ["a module's body"] = function(f)
    package.preload["task_test.module"] = function() return table.pack(f()) end
    package.loaded["task_test.module"] = nil
    local results = require "task_test.module"
    return table.unpack(results, 1, results.n)
  end,
  ["a coroutine"] = function(f) return coroutine.wrap(f)() end,
  ["two coroutines"] = function(f)
    return coroutine.wrap(function() return coroutine.wrap(f)() end)()
  end,
  ["__tostring"] = function(f)
    local results
    tostring(setmetatable({}, { __tostring = function()
      results = table.pack(f())
      return ""
    end }))
    return table.unpack(results, 1, results.n)
  end,
  ["xpcall's handler"] = function(f) return select(2, xpcall(error, f)) end,
  ["a close handler"] = function(f)
    local result
    local co = coroutine.create(function()
      local _ <close> = setmetatable({}, { __close = function() result = f() end })
      coroutine.yield()
    end)
    coroutine.resume(co)
    coroutine.close(co)
    return result
  end,
}

--- A signal that tests wait for as a call waits for its reply, so that nothing is a matter of time.
---@return { open: fun(), wait: fun() }
function M.gate()
  local signal = native.signal()
  return { open = function() native.fire(signal) end, wait = function() assert(native.wait(signal)) end }
end

return M
