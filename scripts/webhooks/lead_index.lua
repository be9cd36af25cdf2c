#!/usr/bin/env loftyrun
-- Finds leads by any part of their name, e-mail, phone, stage, tags or agent, at once and without a call to Lofty.
--
-- Lofty's own search looks into one thing at a time and counts against the limit of calls. This keeps a line of each lead on
-- this machine: loftyrun serve changes it with each webhook of the list lead_info, and reads all leads anew on Sunday at 3
-- (a call per 100), which finds what no webhook told of.
--
-- Usage    loftyrun serve --listen 127.0.0.1:8443 scripts/webhooks/lead_index.lua
--          loftyrun scripts/webhooks/lead_index.lua rebuild
--          loftyrun scripts/webhooks/lead_index.lua find [options] WORD...
--   rebuild      reads all leads now; the first time, say
--   find WORD    leads that have all of the words; letter case of A to Z does not matter, phones are compared by their digits
--   --max N      at most N leads (default 20)
--   --json       a line of JSON for each, for programs
--   --help       print the usage
--
-- Example  loftyrun scripts/webhooks/lead_index.lua find smith hot 555
-- Calls    reads leads.list; for an event leads.get; find reads nothing. Writes nothing in Lofty.
-- Keeps    in lofty.state, space "lead index", some 200 bytes a lead and 2 KiB at most: names and addresses of people, in a
--          file that only you can read. It belongs to a profile and a base URL: give all three the same.
-- Again    Each line says when it was read, and an older reading never takes the place of a newer one. A rebuild that is
--          ended anywhere leaves every line there is; only one that has read all leads takes away what it has not met. What
--          Lofty answers with 404 is taken away at once.
-- Ends     find: 0 found, 1 nobody found; rebuild: 0 done, 7 another one is under way; 2 wrong usage, or there is no index yet;
--          3 no or bad credentials; 4 refused; 5 Lofty unreachable or failing, or the leads changed while they were read: run
--          again later

local lofty = require "lofty"
local args = require "lofty.args"

local WEEKLY = { name = "lead-index-rebuild", catch_up = "one", window = "6d", retries = 3, retry_delay = "10m" }
local LONGEST = 2048
local COMMANDS = { "find", "rebuild" }

local options = args.parse({
  purpose = "Keeps a searchable line of each lead. Give it to loftyrun serve --listen, and ask it with find.",
  operands = {
    { name = "COMMAND", optional = true, help = "find or rebuild; none for loftyrun serve" },
    { name = "WORD", many = true, optional = true, help = "what a lead must have, in any part" },
  },
  options = {
    { name = "max", value = "N", type = "integer", min = 1, max = 1000000, default = 20, help = "at most N leads" },
    { name = "json", help = "a line of JSON for each" },
  },
}, arg)

local index = lofty.state.space "lead index"

--- All changes of a line are made under this, so that of two readings the newer one stays.
local function hold() return lofty.lock("lead index", { wait = "2m" }) end

local function plain(text) return (tostring(text or ""):gsub("[%c]+", " ")) end

local function joined(list, f)
  local parts = {}
  for place, item in ipairs(list or {}) do parts[place] = plain(f and f(item) or item) end
  return table.concat(parts, ", ")
end

--- A lead's line: when it was read, which rebuild has met it, and what can be found.
local function line_of(lead, read, rebuild)
  local name = plain(("%s %s"):format(lead.firstName or "", lead.lastName or "")):match("^%s*(.-)%s*$")
  local line = table.concat({ read, rebuild, name, joined(lead.emails), joined(lead.phones, function(phone)
    return (tostring(phone):gsub("%D", ""))
  end), plain(lead.stage), joined(lead.tags, function(tag) return tag.tagName end), plain(lead.assignedUser) }, "\t")
  return #line <= LONGEST and line or line:sub(1, (utf8.offset(line, 0, LONGEST + 1) or LONGEST) - 1)
end

--- Of a line when it was read, which rebuild has met it, and the rest, "" where the lead is deleted.
local function parts_of(line)
  local read, rebuild, rest = line:match("^(%d+)\t(%d+)\t?(.*)$")
  return math.tointeger(tonumber(read)), math.tointeger(tonumber(rebuild)), rest
end

--- What an event tells: the lead is read anew. A deleted one leaves a mark, so that a rebuild which has read it a moment
--- before does not bring it back; the next rebuild takes the mark away.
local function refresh(event)
  local read = lofty.now()
  local lead = event:fetch()
  local key = event.lead or math.tointeger(event.thing)
  local _ <close> = hold()
  local before, rebuild = parts_of(index.get(key, "0\t0"))
  if before > read then return end
  index.set(key, lead and line_of(lead, read, rebuild) or ("%d\t%d"):format(read, rebuild))
end

--- Keeps a page as it was read, where nothing newer is there.
local function keep_page(page, read, rebuild)
  local lines = {}
  local _ <close> = hold()
  for _, lead in ipairs(page) do
    local before, _, rest = parts_of(index.get(lead.leadId, "0\t0"))
    if before <= read then
      lines[lead.leadId] = line_of(lead, read, rebuild)
    elseif rest ~= "" then
      lines[lead.leadId] = ("%d\t%d\t%s"):format(before, rebuild, rest)
    end
  end
  index.set_all(lines)
end

--- Takes away what the rebuild has not met, unless an event told of it meanwhile.
local function sweep(rebuild, began)
  local gone = 0
  for key, line in index.each() do
    local is_lead = key:find("^%d+$")
    local read, met = parts_of(is_lead and line or "0\t0")
    if is_lead and met ~= rebuild and read < began then
      local _ <close> = hold()
      if (parts_of(index.get(key, "0\t0"))) < began then
        index.set(key, nil)
        gone = gone + 1
      end
    end
  end
  return gone
end

local function rebuild_all()
  local _ <close> = lofty.lock "lead index rebuild"
  local began, count = lofty.now(), 0
  local rebuild = index.incr "rebuilds"
  local read = began
  for page in lofty.leads.each({}):pages() do
    keep_page(page, read, rebuild)
    count = count + #page
    read = lofty.now() -- before the next page is asked for
  end
  local gone = sweep(rebuild, began)
  index.set("whole", { at = began, leads = count })
  lofty.log.info("the index of leads is rebuilt", { leads = count, taken_away = gone })
end

--- Whether a line has all words. Words of digits are also looked for in the phones, which have nothing else.
local function has_all(text, words)
  for _, word in ipairs(words) do
    if not (text:find(word.text, 1, true) or word.digits and text:find(word.digits, 1, true)) then return false end
  end
  return true
end

local function read_words(given)
  local words = {}
  for place, word in ipairs(given) do
    local digits = word:find("^[%d%s()+./-]+$") and word:gsub("%D", "") or ""
    words[place] = { text = word:lower(), digits = #digits >= 3 and digits or nil }
  end
  return words
end

local function show(key, rest)
  local fields = {}
  for field in (rest .. "\t"):gmatch("([^\t]*)\t") do fields[#fields + 1] = field end
  if not options.json then
    local shown = table.concat(fields, "  "):gsub("   +", "  ")
    print(key .. "  " .. shown)
    return
  end
  print(lofty.json.encode { leadId = math.tointeger(key), name = fields[1], emails = fields[2], phones = fields[3],
    stage = fields[4], tags = fields[5], assignedUser = fields[6] })
end

local function find(given)
  if #given == 0 then args.fail("say what to find") end
  local whole, words, found = index.get "whole", read_words(given), 0
  if not whole then args.fail("there is no index yet: loftyrun " .. arg[0] .. " rebuild") end
  for key, line in index.each() do
    local _, _, rest = parts_of(type(line) == "string" and line or "0\t0")
    if rest and rest ~= "" and has_all(rest:lower(), words) then
      found = found + 1
      if found > options.max then
        io.stderr:write(("there are more; --max %d shows them\n"):format(options.max * 10))
        break
      end
      show(key, rest)
    end
  end
  if found == 0 then
    io.stderr:write(("nobody found among %d leads, read as a whole %s\n"):format(whole.leads, lofty.time.iso(whole.at, "local")))
    os.exit(1)
  end
end

if not options.command then
  lofty.on.webhook("lead.*", { name = "lead-index", coalesce = true }, refresh)
  lofty.on.schedule("0 3 * * SUN", WEEKLY, rebuild_all)
elseif args.choose("COMMAND", options.command, COMMANDS) == 1 then
  find(options.word or {})
elseif #(options.word or {}) > 0 then
  args.fail("rebuild takes no words")
else
  rebuild_all()
end
