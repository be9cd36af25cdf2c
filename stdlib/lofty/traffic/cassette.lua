--- How a cassette is written and read. It is a row of JSON objects, each readable over several lines with its members
--- in a fixed order, each ended by a line "}": a tool such as jq reads it as it stands, two of them can be compared line
--- by line, and one whose run was killed is whole up to its last recording.
---
---   { "cassette": 1, "program", "started": epoch ms, "seed" }             the first
---   { "request": { method, target, json | text | hex },                    one for each call, in the order of the
---     "reply": { status, headers, json | text | hex }                      replies; "failure" where there was none,
---     | "failure": { code, message, sent } | "abandoned": true,            "abandoned" where nobody waited for one
---     "clock": [...] }                                                     what the clock said since the one before
---   { "end": { "calls": N }, "clock": [...] }                              the last, where the run came to its end
local json = require "native.json"
local writer = require "lofty.shell.json"

local M = {}

M.VERSION = 1

local ORDER = { "cassette", "program", "started", "seed", "request", "reply", "failure", "abandoned", "end", "clock" }

--- On one line, whatever their number.
local SHORT = { clock = true }

---@param entry table
---@return string
function M.write(entry)
  local lines = {}
  for _, name in ipairs(ORDER) do
    local value = entry[name]
    if value ~= nil then
      local text = SHORT[name] and writer.compact(value):gsub(",", ", ") or writer.readable(value, nil, 1)
      lines[#lines + 1] = ('  "%s": %s'):format(name, text)
    end
  end
  return "{\n" .. table.concat(lines, ",\n") .. "\n}\n"
end

---@class lofty.traffic.Cassette
---@field head table
---@field calls { request: table, abandoned: boolean|nil, clock: integer[]|nil, text: string }[] without their replies
---@field finish table|nil absent where the recorded run did not come to its end

local function is_call(entry)
  local request = type(entry) == "table" and entry.request
  return type(request) == "table" and type(request.method) == "string" and type(request.target) == "string"
    and (type(entry.reply) == "table" and math.type(entry.reply.status) == "integer"
      or type(entry.failure) == "table" and type(entry.failure.code) == "string" or entry.abandoned == true)
end

local function read_entry(cassette, text, line)
  local entry = json.decode(text, { keep_null = true })
  if not cassette.head then
    if type(entry) ~= "table" or entry.cassette == nil then return "it is no cassette" end
    if entry.cassette ~= M.VERSION then return "it was written by another version of loftyrun; record it anew" end
    cassette.head = entry
  elseif type(entry) == "table" and entry["end"] then
    cassette.finish = entry
  elseif is_call(entry) then
    -- The replies of a long run would fill the memory, as values: the text is read again when one is wanted.
    cassette.calls[#cassette.calls + 1] = { request = entry.request, abandoned = entry.abandoned, clock = entry.clock,
      text = text }
  else
    return ("the recording that begins at line %d cannot be understood"):format(line)
  end
end

--- A recording with its reply.
---@param call { text: string }
---@return table
function M.whole(call)
  return (json.decode(call.text, { keep_null = true }))
end

--- Reads a cassette. What comes after its last whole recording is left out.
---@param text string
---@return lofty.traffic.Cassette|nil
---@return string|nil why there is none
function M.read(text)
  local cassette, lines, number, first = { calls = {} }, {}, 0, 1
  for line in text:gmatch("([^\n]*)\n") do
    number = number + 1
    lines[#lines + 1] = line
    if line:find("^}%s*$") then
      local wrong = read_entry(cassette, table.concat(lines, "\n"), first)
      if wrong then return nil, wrong end
      lines, first = {}, number + 1
    end
  end
  if not cassette.head then return nil, "it is no cassette" end
  return cassette
end

return M
