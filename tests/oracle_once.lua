-- Makes a task for each of a number of rows, each at most once: oracle_once.lua FIRST LAST CONCURRENCY SHOW_WITHIN.
-- Every seventh row and the one behind it want tasks that are alike. Prints "begin ROW" and "end ROW BEFORE"; rows whose
-- outcome is open are left to the next run, and then the exit code is 8. Sandbox: demo.
local lofty = require "lofty"

local first, last, concurrency = tonumber(arg[1]), tonumber(arg[2]), tonumber(arg[3])
local leads = lofty.leads.list { limit = 20 }

local function content(row)
  return ("row %d"):format(row % 7 == 1 and row > first and row - 1 or row)
end

local function create(row)
  local lead = leads[(row - (row % 7 == 1 and row > first and 1 or 0)) % #leads + 1]
  return lofty.tasks.create { leadId = lead.leadId, type = "Call", content = content(row), assignedRole = "Agent",
    endAt = "2031-01-01T10:00:00Z" }
end

local rows = {}
for row = first, last do rows[#rows + 1] = row end

lofty.map(rows, function(row)
  local key = "row " .. row
  io.write("begin ", row, "\n")
  io.flush()
  local result, before, err
  local done, failure = pcall(function()
    result, before = lofty.once(key, function() return create(row) end, { show_within = arg[4], wait = "30s" })
  end)
  err = not done and failure
  if err then
    if not lofty.error.is_error(err) then error(err, 0) end
    if err.code == "STATE_FAILED" then error(err, 0) end
    return lofty.failed(tostring(err))
  end
  if not math.tointeger(result.taskId) then error("no id", 0) end
  io.write("end ", row, " ", tostring(before), "\n")
  io.flush()
end, { concurrency = concurrency })
