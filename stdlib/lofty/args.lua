--- The command line of a script, from data: what is accepted, what --help prints and what a mistake is answered with
--- all come from one table.
---
---   local args = require "lofty.args"
---   local options = args.parse({
---     purpose = "Finishes your overdue tasks.",
---     options = {
---       { name = "days", value = "N", type = "integer", default = 1, help = "overdue for N days" },
---       { name = "preview", help = "say what would be done and do nothing" },
---     },
---   }, arg)
---   print(options.days, options.preview)
---
--- `--days 3` and `--days=3` are the same; `--` ends the options. A mistake ends the script with exit code 2 and one
--- sentence on stderr; nothing was sent then, as long as the command line is read first.
local formats = require "lofty.formats"
local nearest = require("native.text").nearest

local M = {}

---@class lofty.args.Item an option, or an operand (an argument without a name)
---@field name string an option's name without its dashes; an operand's as the usage shows it
---@field help string
---@field value string|nil what the usage calls an option's value; an option without it is true or false
---@field type "integer"|"zone"|nil a whole number; a time zone by its name, or "local"; otherwise it is text
---@field min integer|nil
---@field max integer|nil
---@field max_length integer|nil in characters
---@field format string|nil a shape of lofty.formats
---@field default any
---@field many boolean|nil may be given more than once; the result is an array, a repeated value counts once
---@field optional boolean|nil an operand that may be absent

---@class lofty.args.Spec
---@field purpose string
---@field options lofty.args.Item[]|nil
---@field operands lofty.args.Item[]|nil; `many` only for the last one
---@field notes string|nil more for --help, below the options

--- What loftyrun itself takes, and only before the script's name.
local OF_LOFTYRUN = {
  profile = true, sandbox = true, timeout = true, quiet = true, trace = true, state = true,
  ["dry-run"] = true, ["max-requests"] = true, ["log-format"] = true, ["log-level"] = true, ["no-color"] = true,
  retries = true, ["no-wait"] = true,
}

local HELP = { name = "help", help = "print this" }

--- Ends the script because it was called wrongly: one sentence on stderr, exit code 2.
---@param message string
function M.fail(message)
  local script = tostring(arg and arg[0] or "script"):match("[^/]+$")
  io.stderr:write(("%s: %s (--help tells how it is used)\n"):format(script, message))
  os.exit(2)
end

--- An item's name as people write it.
local function label(item)
  return item.operand and item.name or "--" .. item.name
end

--- The place in a list of names that a word means, by name or by number; the end of the script where there is none.
---@param what string what the word stands for, such as "EVENT"
---@param word string
---@param names string[]
---@return integer
function M.choose(what, word, names)
  for index, name in ipairs(names) do
    if word == name or word == ("%d"):format(index) then return index end
  end
  local near = nearest(word, names)
  return M.fail(('unknown %s "%s"; %s'):format(what, word,
    near and ('did you mean "%s"?'):format(near) or "there are " .. table.concat(names, ", ")))
end

--- The value of an item as text turned into what it is, or the end of the script.
local function read_value(item, text)
  if text == "" then M.fail(label(item) .. " must not be empty") end
  if item.type == "integer" then
    local number = text:find("^[+-]?%d+$") and math.tointeger(tonumber(text))
    if not number then M.fail(('%s needs a whole number, got "%s"'):format(label(item), text)) end
    if item.min and number < item.min or item.max and number > item.max then
      M.fail(("%s must be %s, got %d"):format(label(item),
        item.max and ("from %d to %d"):format(item.min, item.max) or ("at least %d"):format(item.min), number))
    end
    return number
  end
  local mistake = item.type == "zone" and require("lofty.time.zones").mistake_in(text)
  if mistake then M.fail(("%s: %s"):format(label(item), mistake)) end
  if item.max_length and (utf8.len(text) or #text) > item.max_length then
    M.fail(("%s takes at most %d characters"):format(label(item), item.max_length))
  end
  local wrong = item.format and formats[item.format](text)
  if wrong then M.fail(('%s "%s" %s'):format(label(item), text, wrong)) end
  return text
end

local function unknown_option(spec, name)
  if OF_LOFTYRUN[name] then
    M.fail(("--%s is an option of loftyrun: write it before the script's name"):format(name))
  end
  local names = { "help" }
  for _, option in ipairs(spec.options or {}) do names[#names + 1] = option.name end
  local near = nearest(name, names)
  M.fail(("unknown option --%s%s"):format(name, near and ("; did you mean --%s?"):format(near) or ""))
end

local function find_option(spec, name)
  for _, option in ipairs(spec.options or {}) do
    if option.name == name then return option end
  end
  if name == "help" then return HELP end
  return unknown_option(spec, name)
end

--- The key of an item in the result: options.stale_days for --stale-days, options.url for URL.
local function key_of(item)
  return (item.name:lower():gsub("-", "_"))
end

local function store(result, item, value)
  local key = key_of(item)
  if item.many then
    result[key] = result[key] or {}
    for _, earlier in ipairs(result[key]) do
      if earlier == value then return end
    end
    table.insert(result[key], value)
  elseif result[key] ~= nil then
    M.fail(label(item) .. " is given twice")
  else
    result[key] = value
  end
end

--- Takes the option at `index`, and its value where that is a word of its own. Returns the next index.
local function take_option(spec, given, index, result)
  local name, value = given[index]:match("^%-%-([^=]+)=(.*)$")
  name = name or given[index]:match("^%-%-(.+)$")
  if not name then M.fail(('unknown option "%s"; options begin with two dashes'):format(given[index])) end
  local option = find_option(spec, name)
  if not option.value then
    if value then M.fail(label(option) .. " takes no value") end
    store(result, option, true)
    return index + 1
  end
  if not value then
    index = index + 1
    value = given[index] or M.fail(("%s needs a value: %s %s"):format(label(option), label(option), option.value))
  end
  store(result, option, read_value(option, value))
  return index + 1
end

local function take_operands(spec, words, result)
  local operands = spec.operands or {}
  for index, word in ipairs(words) do
    local operand = operands[math.min(index, #operands)]
    if not operand or index > #operands and not operand.many then M.fail(('unexpected argument "%s"'):format(word)) end
    operand.operand = true
    store(result, operand, read_value(operand, word))
  end
  for _, operand in ipairs(operands) do
    if not operand.optional and result[key_of(operand)] == nil then M.fail(operand.name .. " is missing") end
  end
end

--- "[--stage NAME]... URL EVENT...": the command line after the script's name.
local function synopsis(spec)
  local parts = { "[options]" }
  for _, operand in ipairs(spec.operands or {}) do
    local text = operand.name .. (operand.many and "..." or "")
    parts[#parts + 1] = operand.optional and "[" .. text .. "]" or text
  end
  return table.concat(parts, " ")
end

local function default_text(item)
  local default = item.default
  if default == nil or default == "" or type(default) == "table" and #default == 0 then return "" end
  return (" (default %s)"):format(type(default) == "table" and table.concat(default, ", ") or tostring(default))
end

--- What --help prints.
---@param spec lofty.args.Spec
---@param script string
---@return string
function M.help(spec, script)
  local lines = { ("usage: loftyrun %s %s"):format(script, synopsis(spec)), "", spec.purpose, "" }
  local rows = {}
  for _, operand in ipairs(spec.operands or {}) do rows[#rows + 1] = { operand.name, operand } end
  for _, option in ipairs(spec.options or {}) do
    rows[#rows + 1] = { "--" .. option.name .. (option.value and " " .. option.value or ""), option }
  end
  rows[#rows + 1] = { "--help", HELP }
  local width = 0
  for _, row in ipairs(rows) do width = math.max(width, #row[1]) end
  for _, row in ipairs(rows) do
    lines[#lines + 1] = ("  %-" .. width .. "s  %s%s"):format(row[1], row[2].help, default_text(row[2]))
  end
  if spec.notes then table.move({ "", spec.notes }, 1, 2, #lines + 1, lines) end
  return table.concat(lines, "\n") .. "\n"
end

--- Reads the command line. Prints the help and ends with exit code 0 for --help; ends with exit code 2 for a mistake.
---@param spec lofty.args.Spec
---@param given string[] the global `arg`
---@return table<string, any> options by name: "-" becomes "_", operands are in lower case; defaults are filled in
function M.parse(spec, given)
  local result, words, index = {}, {}, 1
  while given[index] do
    if given[index] == "--" then
      table.move(given, index + 1, #given, #words + 1, words)
      break
    elseif given[index]:find("^%-.") then
      index = take_option(spec, given, index, result)
    else
      words[#words + 1], index = given[index], index + 1
    end
    if result.help then
      io.stdout:write(M.help(spec, given[0] or "SCRIPT"))
      os.exit(0)
    end
  end
  take_operands(spec, words, result)
  for _, option in ipairs(spec.options or {}) do
    local key = key_of(option)
    if result[key] == nil then result[key] = option.default end
  end
  return result
end

return M
