-- KEYS: head, admission.  ARGV: the room's ID behind its length, then field, value and so on.
local head = redis.call('GET', KEYS[1])
if head and string.sub(head, 14, 14 + string.byte(head, 14)) ~= ARGV[1] then
  return redis.error_reply('OTHERROOM another room has the same key')
end
redis.call('DEL', KEYS[2])
for i = 2, #ARGV, 2 do redis.call('HSET', KEYS[2], ARGV[i], ARGV[i + 1]) end
return 1
