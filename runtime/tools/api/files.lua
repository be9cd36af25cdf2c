--- Puts generated files in their places: all of them, or none. Each is first written beside its place; only when all
--- are there do they take the places of the old ones.
local M = {}

local function read(path)
  local file = io.open(path, "rb")
  if not file then return nil end
  local text = file:read("a")
  file:close()
  return text
end

local function write(path, text)
  local file, problem = io.open(path, "wb")
  if not file then return problem end
  local written, why = file:write(text)
  local closed, trouble = file:close()
  if not written or not closed then return ("%s: %s"):format(path, why or trouble) end
end

--- What is not Lua must not take the place of what is.
local function check(path, text)
  local ok, problem = load(text, "=" .. path, "t")
  if not ok then error("the generator made what is no Lua: " .. problem, 0) end
end

local function drop(paths)
  for _, path in ipairs(paths) do os.remove(path .. ".new") end
end

--- Writes the files that differ from what is there, and takes away those that are no longer wanted. Raises a text, and
--- leaves all as it was, where one cannot be written.
---@param texts table<string, string> by path; Lua all of them
---@param gone string[] paths of files to take away; they may be missing
---@return string[] changes what was done, one line for each file
function M.replace(texts, gone)
  local changed, changes = {}, {}
  for path, text in pairs(texts) do
    check(path, text)
    if read(path) ~= text then changed[#changed + 1] = path end
  end
  table.sort(changed)
  for _, path in ipairs(changed) do
    local problem = write(path .. ".new", texts[path])
    if problem then
      drop(changed)
      error("nothing was changed: " .. problem, 0)
    end
  end
  for _, path in ipairs(changed) do
    local ok, problem = os.rename(path .. ".new", path)
    if not ok then error(("%s; run it again"):format(problem), 0) end
    changes[#changes + 1] = "wrote " .. path
  end
  for _, path in ipairs(gone) do
    if not texts[path] and os.remove(path) then changes[#changes + 1] = "removed " .. path end
  end
  return changes
end

return M
