--- Finding operations for people who know Lofty's documentation but not our names: by path, by method and path, by the
--- words of a title ("create task", "list leads for agent") or of an operation id ("addTask"); misspelt ones as well.
local called = require "lofty.manual.called"
local helpers = require "lofty.helpers"
local operations = require "lofty.operations"
local nearest = require("native.text").nearest

local M = {}

--- So many are shown, and none that has less than this part of the first one's points.
local MOST, WORTH_A_LOOK = 8, 0.3

--- Words for one thing, spelt as our names and Lofty's paths spell it.
local SAME = {
  add = "create", new = "create", post = "create", insert = "create", trigger = "create", edit = "update",
  modify = "update", change = "update", put = "update", save = "update", set = "update", push = "update",
  remove = "delete", trash = "delete", del = "delete", fetch = "get", read = "get", show = "get", retrieve = "get",
  query = "list", search = "list", find = "list", browse = "list", all = "list", complete = "finish",
  reopen = "unfinish", mail = "email", sms = "text", appt = "appointment", company = "organization",
  org = "organization", user = "member", current = "me", profile = "me", subscription = "webhook",
  subscribe = "webhook", callback = "webhook", stage = "pipeline", communication = "message", history = "message",
  logtype = "manual_log", my = "mine", assignee = "routing", contact = "lead",
}

--- Words that tell nothing apart.
local IDLE = {}
for word in ("v1 v2 of for a an the by to in on with id lofty api from s"):gmatch("%S+") do IDLE[word] = true end

local function stem(word)
  word = SAME[word] or word
  if #word > 3 and word:find("s$") and not word:find("ss$") then
    word = word:find("ies$") and word:gsub("ies$", "y") or word:sub(1, -2)
  end
  return SAME[word] or word
end

--- "addTask", "/v2.0/tasks", "Create a Task" -> the set of their words, each as `spell` spells it.
local function words_of(text, spell)
  local words = {}
  text = text:gsub("{.-}", " "):gsub("(%l)(%u)", "%1 %2"):gsub("(%a)(%d)", "%1 %2"):lower()
  for word in text:gmatch("%w+") do
    if not IDLE[word] and not word:find("^%d+$") then words[(spell or stem)(word)] = true end
  end
  return words
end

---@class lofty.manual.Entry what may be found
---@field name string of an operation or a helper
---@field method string|nil of an operation
---@field words table<string, true> of its name
---@field more table<string, true> of its path and operation id, or of a helper's summary

---@return lofty.manual.Entry[]
local function entries()
  local list = {}
  for _, name in ipairs(operations.names()) do
    local row = operations.find(name)
    list[#list + 1] = { name = name, method = row.method, words = words_of(name),
      more = words_of(row.path .. " " .. (called[name].id or "")) }
  end
  for _, helper in ipairs(helpers.list()) do
    list[#list + 1] = { name = helper.name, words = words_of(helper.name), more = words_of(helper.summary) }
  end
  return list
end

--- Every word of the entries, and every synonym.
local function vocabulary(list)
  local known, words = {}, {}
  local function add(word)
    if not known[word] then words[#words + 1] = word end
    known[word] = true
  end
  for _, entry in ipairs(list) do
    for word in pairs(entry.words) do add(word) end
    -- A helper's summary is prose, in which anything is near to some word.
    for word in pairs(entry.method and entry.more or {}) do add(word) end
  end
  for word, meaning in pairs(SAME) do
    add(word)
    add(meaning)
  end
  table.sort(words)
  return known, words
end

--- The words of a topic, those that are no word of Lofty's replaced by the nearest one that is.
local function wanted_words(topic, list)
  local known, words = vocabulary(list)
  return words_of(topic, function(word)
    if known[word] or known[stem(word)] then return stem(word) end
    return stem(nearest(word, words) or word)
  end)
end

--- What a method does, for those who name the deed and not the operation's verb.
local METHOD_VERBS = { GET = { "get", "list" }, POST = { "create" }, PUT = { "update" }, DELETE = { "delete" } }

--- How well an entry fits the words; `rarity` is what a word counts above others.
local function score(entry, wanted, rarity)
  local name, more = entry.words, entry.more
  local points = entry.name:find("^v1%.") and -0.2 or 0
  for word in pairs(wanted) do
    points = points + (name[word] and 2 + rarity[word] or more[word] and 1 + rarity[word] or -1)
  end
  for word in pairs(name) do
    if not wanted[word] then points = points - 0.7 end
  end
  for _, each in ipairs(METHOD_VERBS[entry.method] or {}) do
    if wanted[each] and not name[each] then points = points + 0.5 end
  end
  return points
end

--- Words that few entries have tell more: 2 for one of a single operation, hardly anything for "lead".
local function rarity_of(wanted, list)
  local rarity = {}
  for word in pairs(wanted) do
    local count = 0
    for _, entry in ipairs(list) do
      if entry.words[word] or entry.more[word] then count = count + 1 end
    end
    rarity[word] = 2 / math.max(count, 1) ^ 0.5
  end
  return rarity
end

--- "/v1.0/leads/123/?x=1" -> "/v1.0/leads/{}", as the paths of the rows are compared.
local function plain_path(path)
  return (path:gsub("%?.*$", ""):gsub("{.-}", "{}"):gsub("/%d[%w-]*%f[/%z]", "/{}"):gsub("/$", ""))
end

--- Those at a path, with that method where one is named and there; else those at the nearest path.
local function by_path(method, path)
  path = plain_path(path)
  local at, paths = {}, {}
  for _, name in ipairs(operations.names()) do
    local its = plain_path(operations.find(name).path)
    if not at[its] then at[its], paths[#paths + 1] = {}, its end
    table.insert(at[its], name)
  end
  for _, name in ipairs(method and at[path] or {}) do
    if operations.find(name).method == method:upper() then return { name }, true end
  end
  return at[path] or at[nearest(path, paths) or ""] or {}, at[path] ~= nil and not method
end

local function by_words(topic)
  local list, ranked, names = entries(), {}, {}
  local wanted = wanted_words(topic, list)
  local rarity = rarity_of(wanted, list)
  for _, entry in ipairs(list) do
    local points = score(entry, wanted, rarity)
    if points >= 1 then ranked[#ranked + 1] = { name = entry.name, points = points } end
  end
  table.sort(ranked, function(a, b) return a.points > b.points or a.points == b.points and a.name < b.name end)
  for index = 1, math.min(#ranked, MOST) do
    if ranked[index].points < ranked[1].points * WORTH_A_LOOK then break end
    names[index] = ranked[index].name
  end
  return names
end

--- "getVendorInfo", "get vendor info" and "getvendorinfo" are one.
local function plain(text)
  return (text or ""):lower():gsub("[^%w]", "")
end

--- An operation whose id says more than a verb, or all that stand under a heading of Lofty's documentation.
local function by_calling(topic)
  local wanted, under = plain(topic), {}
  for _, name in ipairs(operations.names()) do
    local id = called[name].id
    if id and plain(id) == wanted and id:find("[%u%d]") then return { name } end
    if plain(called[name].tag) == wanted then under[#under + 1] = name end
  end
  return #under > 0 and under or nil
end

--- The operations and helpers that a topic may mean, likeliest first.
---@param topic string
---@return string[] names
---@return boolean exact whether the topic says just these: a path with or without a method, an operation id, a heading
function M.find(topic)
  local method, path = topic:match("^(%a+)%s+(/%S*)$")
  path = path or topic:match("^/%S*$")
  if path then return by_path(method, path) end
  local names = by_calling(topic)
  -- Words that spell an operation id may as well be the title of another operation.
  if names and #names == 1 and topic:find(" ") then
    for _, name in ipairs(by_words(topic)) do
      if name ~= names[1] then names[#names + 1] = name end
    end
    return names, #names == 1
  end
  if names then return names, true end
  return by_words(topic), false
end

return M
