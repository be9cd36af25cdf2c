--- Which code a refusal carries. The wire has numbers, the documentation has names, and for many names nobody has
--- documented the number; so where a reply has no known code, its operation, status and message tell the name, and
--- the error says that it was `inferred`. What cannot be told stays as it was sent.

local arrays = require "lofty.arrays"
local catalogue = require "lofty.catalogue"

local M = {}

--- Whether the operation's row names this code, by name or number.
local function documents(operation, row)
  return arrays.has(operation.codes, row.name) or row.number ~= nil and arrays.has(operation.codes, row.number)
end

local function fits_operation(row, operation)
  local where = row.infer and row.infer.where
  if not where or documents(operation, row) then return true end
  for _, prefix in ipairs(where) do
    if operation.name and operation.name:sub(1, #prefix) == prefix then return true end
  end
  return false
end

--- Errors inside HTTP 200 come without a status of their own, so any code may be meant.
local function fits_status(row, status)
  return status < 300 or arrays.has(row.infer and row.infer.statuses or row.statuses, status)
end

--- The message in the form that `says` patterns are written for.
local function plain(message)
  return (message:lower():gsub("n't", " not"):gsub("cannot", "can not"):gsub("%s+", " "))
end

--- A name in capitals inside the message: the one the operation documents, else the first.
local function name_inside(operation, message)
  local found, found_at
  for _, row in ipairs(catalogue.rows()) do
    local at = row.name and not row.own and message:find("%f[%w_]" .. row.name .. "%f[^%w_]")
    if at then
      if documents(operation, row) then at = at - #message end
      if not found or at < found_at then found, found_at = row, at end
    end
  end
  return found
end

--- How strongly a message speaks for a row: the length of the longest piece of it that does, nil for not at all.
local function strength(row, message)
  local text, words = plain(message), "_" .. message:upper():gsub("[^%w]+", "_") .. "_"
  local longest
  for _, pattern in ipairs(row.infer and row.infer.unless or {}) do
    if text:find(pattern) then return nil end
  end
  if row.name and not row.own and words:find("_" .. row.name .. "_", 1, true) then longest = #row.name end
  for _, pattern in ipairs(row.infer and row.infer.says or {}) do
    local first, last = text:find(pattern)
    if first then longest = math.max(longest or 0, last - first + 1) end
  end
  return longest
end

--- The row that the message speaks for most clearly. A code the operation documents wins over others that are
--- hardly clearer.
local function by_evidence(operation, status, message)
  local best, best_strength
  for _, row in ipairs(catalogue.rows()) do
    if fits_status(row, status) and fits_operation(row, operation) then
      local found = strength(row, message)
      if found and documents(operation, row) then found = found + 5 end
      if found and (not best or found > best_strength) then best, best_strength = row, found end
    end
  end
  return best
end

--- Whether the message is about too many calls. That comes before all other evidence: "limit exceeded" may be the
--- limit of anything, and a script must not tidy up because it was merely too fast.
local function speaks_of_rate(message)
  local text = plain(message)
  for _, pattern in ipairs(catalogue.find("TOO_MANY_REQUESTS").infer.says) do
    if text:find(pattern) then return true end
  end
  return false
end

--- The row meant by a reply whose code, if any, is not in the catalogue. Only the message can tell: that an operation
--- documents one code for a status does not make every refusal with that status this one.
local function deduce(operation, status, number, message)
  if not message or message == "" or status >= 500 then return nil end
  local named = name_inside(operation, message)
  if named then return named end
  if speaks_of_rate(message) then return catalogue.find("TOO_MANY_REQUESTS") end
  local evident = by_evidence(operation, status, message)
  -- A number that is not in the catalogue cannot be a code whose number is.
  if evident and (not number or not evident.number or evident.unsure) then return evident end
end

--- Which of the names that share a number is meant.
local function among(rows, operation, message)
  if #rows <= 1 then return rows[1] end
  local best, best_rank
  for _, row in ipairs(rows) do
    local rank = documents(operation, row) and 1000 or 0
    rank = rank + (message and strength(row, message) or 0)
    if not best or rank > best_rank then best, best_rank = row, rank end
  end
  return best
end

--- The code of a refusal.
---@param operation table its row: `name` and `codes` are looked at
---@param status integer HTTP status
---@param fault { number: integer|nil, name: string|nil, message: string|nil, undecodable: boolean|nil } what the body
---   said; `undecodable` where it was no JSON
---@param code_names table<integer, string>|nil names that a profile gives to numbers; they come first
---@return string|integer code
---@return boolean|nil inferred true where the code was deduced
function M.code(operation, status, fault, code_names)
  local number, name = fault.number, fault.name
  if name then
    local row = catalogue.find(name) or catalogue.find(name:upper())
    return row and row.name or name
  end
  if number and code_names and code_names[number] then return code_names[number] end
  local row = number and among(catalogue.by_number(number), operation, fault.message)
  if row then return row.name or row.number end
  -- A page or a plain text is a gateway's or a wrong server's, whatever words are on it.
  row = not fault.undecodable and deduce(operation, status, number, fault.message) or nil
  if row then
    local told_by_status = row.own and arrays.has(row.statuses, status)
    return row.name or row.number, not told_by_status or nil
  end
  return number or catalogue.for_status(status).name
end

return M
