--- Adds up which lines ran in all processes, says so for each file, and writes it for lcov.
local lines_of = require("lofty.test.lines").of
local wording = require "lofty.wording"

local M = {}
M.__index = M

local SUFFIX = "_test.lua"

---@return table coverage
function M.new() return setmetatable({ files = {} }, M) end

local function plain(path)
  return (path:gsub("^%./", ""))
end

--- Adds the counts of one process.
---@param counts table<string, table<string, integer>>
function M:add(counts)
  for path, its_counts in pairs(counts) do
    path = plain(path)
    if path:sub(-#SUFFIX) ~= SUFFIX then
      local file = self.files[path] or {}
      self.files[path] = file
      for line, count in pairs(its_counts) do
        line = math.tointeger(tonumber(line))
        file[line] = (file[line] or 0) + count
      end
    end
  end
end

--- A file's lines with code, in order, and how often each has run.
local function measure(path, counts)
  local file = io.open(path, "rb")
  if not file then return nil end
  local lines = lines_of(file:read("a"))
  file:close()
  if not lines then return nil end
  local sorted = {}
  for line in pairs(lines) do sorted[#sorted + 1] = line end
  table.sort(sorted)
  local found = { ran = 0 }
  for place, line in ipairs(sorted) do
    found[place] = { line, counts[line] or 0 }
    if counts[line] then found.ran = found.ran + 1 end
  end
  return found
end

--- "3-5, 9" of the lines that have not run.
local function missed(measured)
  local ranges, from, to = {}, nil, nil
  local function add()
    if from then ranges[#ranges + 1] = from == to and tostring(from) or from .. "-" .. to end
  end
  for place, entry in ipairs(measured) do
    if entry[2] == 0 then
      local goes_on = from and measured[place - 1][2] == 0
      if not goes_on then
        add()
        from = entry[1]
      end
      to = entry[1]
    end
  end
  add()
  return #ranges > 12 and table.concat(ranges, ", ", 1, 12) .. ", ..." or table.concat(ranges, ", ")
end

local function percent(ran, all)
  return all == 0 and 100 or ran * 1000 // all / 10
end

--- Writes the file for lcov, and a line for each file.
---@param target string the file
---@param silent boolean|nil what is printed is for programs
function M:report(target, silent)
  local out, why = io.open(target, "w")
  if not out then error(("cannot write %s"):format(why), 0) end
  local ran, all = 0, 0
  for _, path in ipairs(wording.sorted_keys(self.files)) do
    local measured = measure(path, self.files[path])
    if measured then
      out:write("TN:\nSF:", path, "\n")
      for _, entry in ipairs(measured) do out:write(("DA:%d,%d\n"):format(entry[1], entry[2])) end
      out:write(("LF:%d\nLH:%d\nend_of_record\n"):format(#measured, measured.ran))
      ran, all = ran + measured.ran, all + #measured
      local rest = measured.ran < #measured and "  not " .. missed(measured) or ""
      if not silent then
        print(("%5.1f%% %4d of %4d lines  %s%s"):format(percent(measured.ran, #measured), measured.ran, #measured, path, rest))
      end
    end
  end
  local closed
  closed, why = out:close()
  if not closed then error(("cannot write %s: %s"):format(target, why), 0) end
  if not silent then print(("%5.1f%% %4d of %4d lines in all, %s"):format(percent(ran, all), ran, all, target)) end
end

return M
