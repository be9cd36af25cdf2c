--- A plan as people read it: by operation, each item with its thing and the fields that change, old -> new. Of each
--- operation the first items are shown in full; the file has all of them.
local arrays = require "lofty.arrays"
local json = require "native.json"
local placeholder = require "lofty.dry.placeholder"
local run = require "native.run"
local width = require "lofty.shell.width"
local wording = require "lofty.wording"

local M = {}

local SHOWN = 20 -- of each operation
local LONGEST = 120 -- columns of a value

local COLOURS = { old = "31", new = "32", head = "1", warn = "33" }

---@class lofty.dry.Preview
---@field colour boolean
---@field groups table[] by operation, in the order in which they came
local Preview = {}
Preview.__index = Preview

---@param colour boolean
---@return lofty.dry.Preview
function M.new(colour)
  return setmetatable({ colour = colour, groups = {}, by_name = {}, kept = {} }, Preview)
end

function Preview:paint(how, text)
  return self.colour and ("\27[%sm%s\27[0m"):format(COLOURS[how], text) or text
end

--- Integers that stand for what is not made yet, by their names.
local function named(value)
  return placeholder.replace(value, function(new) return "(" .. placeholder.name(new) .. ")" end)
end

local function written(value)
  if value == nil then return "-" end
  if value == json.null then return "null" end
  value = named(value)
  local text = type(value) == "string" and wording.quoted(value) or (json.encode(value)) or tostring(value)
  return width.cut(width.tame(text), LONGEST)
end

local function id_text(id) return placeholder.is(id) and placeholder.name(id) or tostring(id) end

--- What an item is about: "lead 5 Ada Lovelace", "note 8, lead 5 Ada Lovelace".
local function subject(item)
  local parts = {}
  local target, lead = item.target, item.lead
  if target and target.kind ~= "lead" then
    parts[1] = ("%s %s"):format(target.kind:gsub("_", " "), id_text(target.id))
  elseif item.new then
    parts[1] = placeholder.name(item.new)
  end
  if lead then
    local name = lead.name and lead.name ~= "" and " " .. width.tame(lead.name) or ""
    parts[#parts + 1] = ("lead %s%s"):format(id_text(lead.id), name)
  elseif #parts == 0 and item.parameters then
    for _, value in ipairs(item.parameters) do parts[#parts + 1] = written(value) end
  end
  return table.concat(parts, ", ")
end

--- Tags as what comes and what goes.
function Preview:tag_lines(item, lines)
  local fields, before = item.fields, item.before and item.before.tags or {}
  local had, parts = arrays.set(before), {}
  local function list(value) return type(value) == "table" and value or {} end
  local wanted = fields.tags and arrays.set(list(fields.tags))
  local leaving = arrays.set(list(fields.tagsRemove))
  for _, name in ipairs(before) do
    if fields.clearAllTags or wanted and not wanted[name] or leaving[name] then
      parts[#parts + 1] = self:paint("old", "-" .. written(name))
    end
  end
  for _, names in ipairs { list(fields.tags), list(fields.tagsAdd) } do
    for _, name in ipairs(names) do
      if not had[name] and not fields.clearAllTags then parts[#parts + 1] = self:paint("new", "+" .. written(name)) end
    end
  end
  lines[#lines + 1] = "tags: " .. (#parts > 0 and table.concat(parts, " ") or "as they are")
end

local TAGS = { tags = true, tagsAdd = true, tagsRemove = true, clearAllTags = true }

function Preview:field_lines(item)
  local lines, has_tags = {}, false
  local fields = type(item.fields) == "table" and item.fields or {}
  for _, name in ipairs(wording.sorted_keys(fields)) do
    local new = self:paint("new", written(fields[name]))
    local old = item.before and item.before[name]
    if TAGS[name] and item.operation == "leads.update" then
      has_tags = true
    elseif item.before and item.before[name] ~= nil then
      lines[#lines + 1] = ("%s: %s -> %s"):format(name, self:paint("old", written(old)), new)
    elseif not (item.lead and name == "leadId") then
      lines[#lines + 1] = ("%s: %s"):format(name, new)
    end
  end
  if has_tags then self:tag_lines(item, lines) end
  return lines
end

-- What an operation without fields makes of one.
local MADE = { finish = { finishFlag = true }, unfinish = { finishFlag = false }, mute_lead = { mute = "true" } }
local LOST = { "content", "firstName", "lastName", "callbackUrl", "finishFlag", "mute" }

--- What an item without fields does to its thing, shortly.
function Preview:before_lines(item)
  local lines, made = {}, MADE[item.operation:match "[^.]+$"] or {}
  for _, name in ipairs(LOST) do
    local old = item.before and item.before[name]
    if old ~= nil and not (item.fields and item.fields[name] ~= nil) then
      lines[#lines + 1] = ("%s: %s%s"):format(name, self:paint("old", written(old)),
        made[name] ~= nil and " -> " .. self:paint("new", written(made[name])) or "")
    end
  end
  return lines
end

--- An item as lines of text.
function Preview:lines(item)
  local lines = { subject(item) }
  local about = self:field_lines(item)
  local is_delete = item.operation:find("%.delete$") or item.operation:find("finish$") or item.operation:find("mute_lead$")
  for _, text in ipairs(is_delete and self:before_lines(item) or {}) do about[#about + 1] = text end
  local others = item.same_contact and item.same_contact.there or {}
  if #others > 0 then
    about[#about + 1] = self:paint("warn", ("Lofty merges it into lead %d, which has its address or number%s"):format(others[1],
      item.fields.tags and ", and replaces the tags of that" or ""))
  end
  if item.why then about[#about + 1] = self:paint("warn", ("%s: %s"):format(item.code, width.tame(item.why))) end
  for _, text in ipairs(about) do lines[#lines + 1] = "  " .. text end
  return lines
end

local function count_kept(kept, item)
  local name = item["do"] == "once" and "lofty.once" or (item.space or ""):match("^(%a+) ") or item["do"]
  if item["do"] == "once" and item.what ~= "done" then return end
  kept[name] = (kept[name] or 0) + (item.changes and #item.changes or 1)
end

--- Takes note of an item; what it would print is bounded.
---@param item table
function Preview:add(item)
  if item["do"] ~= "write" and item["do"] ~= "refused" then return count_kept(self.kept, item) end
  local name = item["do"] == "refused" and item.operation .. ", which Lofty would refuse" or item.operation
  local group = self.by_name[name]
  if not group then
    group = { name = name, count = 0, items = {} }
    self.by_name[name] = group
    table.insert(self.groups, group)
  end
  group.count = group.count + 1
  if #group.items < SHOWN then table.insert(group.items, self:lines(item)) end
end

local NAMES = { state = "lofty.state", sync = "lofty.sync", resume = "resume", ["lofty.once"] = "lofty.once" }

local function kept_text(kept)
  local parts = {}
  for _, name in ipairs(wording.sorted_keys(kept)) do
    parts[#parts + 1] = ("%s (%d)"):format(NAMES[name] or name, kept[name])
  end
  return table.concat(parts, ", ")
end

local function plural(count, one) return ("%d %s%s"):format(count, one, count == 1 and "" or "s") end

--- The plan as text.
---@param counts { writes: integer, refused: integer, kept: integer }
---@param why string|nil why the dry run did not come to its end
---@param path string|nil of its file
---@return string
function Preview:text(counts, why, path)
  local out = {}
  local function say(text) out[#out + 1] = text end
  say(self:paint("head", ("plan of %s for %s: %s"):format(width.tame(self.script), width.tame(self.account),
    plural(counts.writes, "write"))))
  for _, group in ipairs(self.groups) do
    say(("\n%s (%d)"):format(self:paint("head", group.name), group.count))
    for _, lines in ipairs(group.items) do
      for _, line in ipairs(lines) do say("  " .. line) end
    end
    if group.count > #group.items then say(("  and %d more"):format(group.count - #group.items)) end
  end
  if next(self.kept) then say("\nkept for later runs: " .. kept_text(self.kept)) end
  if #self.groups > 0 or next(self.kept) then say("") end
  if why then say(self:paint("warn", "the plan is not complete: " .. width.tame(why))) end
  say("nothing was sent" .. (path and "; the plan is in " .. path or ""))
  if path and counts.writes + counts.kept > 0 then
    say(("do it with: loftyrun apply %s%s"):format(why and "--incomplete " or "",
      path:find("[^%w/._%-]") and "'" .. path:gsub("'", "'\\''") .. "'" or path))
  end
  return table.concat(out, "\n") .. "\n"
end

---@param counts table
---@param why string|nil
---@param path string|nil
function Preview:print(counts, why, path)
  io.stdout:flush()
  io.stderr:write(run.redact(self:text(counts, why, path)))
end

return M
