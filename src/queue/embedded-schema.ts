/**
 * What is other in the embedded queue than in BullMQ's schema, to the same effect: one session, one process and one kind of job
 * need less, and PostgreSQL in WebAssembly takes its time for each statement (BENCHMARKS.md).
 */

/** Nobody can hear the events of a queue that only this process reaches. PostgreSQL leaves the call of such a function out. */
const NO_EVENTS = `create or replace function publish_event(p_queue text, p_event text, p_data jsonb)
  returns bigint language sql immutable as 'select null::bigint'`;

/**
 * A job whose lock holds and that no other job, key or limit has to do with is finished, and the next one claimed, by two
 * statements where BullMQ has more than ten. For all else there are BullMQ's own functions: they find out, too, what is wrong with a
 * job that this one did not find. Delayed jobs, of which a run has none, are looked for when nothing waits.
 */
const FINISH_AND_CLAIM = `create or replace function move_to_completed_fetch(
    p_queue text, p_id text, p_token text, p_return_value jsonb, p_finished_on bigint,
    p_remove_all boolean, p_keep_age bigint, p_keep_count integer,
    p_lock_ms bigint, p_now bigint, p_name text, p_limiter_max integer, p_limiter_duration bigint
  ) returns setof job language plpgsql set search_path from current as $$
  begin
    update job
       set state = 'completed', return_value = p_return_value, finished_at_ms = p_finished_on,
           lock_token = null, locked_until_ms = null, attempts_made = attempts_made + 1
     where queue = p_queue and id = p_id and state = 'active' and lock_token = p_token
       and parent_id is null and pending_deps = 0 and dedup_id is null
       and not p_remove_all and p_keep_age is null and p_keep_count is null;
    if not found then
      perform move_to_completed(
        p_queue, p_id, p_token, p_return_value, p_finished_on, p_remove_all, p_keep_age, p_keep_count);
    end if;

    if p_limiter_max is null and not exists (
      select from meta where queue = p_queue and field in ('paused', 'concurrency', 'max')
    ) then
      return query update job
         set state = 'active', lock_token = p_token, locked_until_ms = p_now + p_lock_ms,
             processed_at_ms = p_now, processed_by = p_name, attempts_started = attempts_started + 1
       where queue = p_queue and id = (
         select id from job where queue = p_queue and state = 'waiting' order by priority, seq limit 1
       )
      returning *;
      if found then return; end if;
    end if;
    return query select * from move_to_active(
      p_queue, p_token, p_lock_ms, p_now, p_name, p_limiter_max, p_limiter_duration);
  end $$`;

/**
 * Jobs with an id of their own that wait at once are added by one statement; BullMQ's function makes two temporary tables for each
 * batch and writes two events a job. For all else there is its own one.
 */
const ADD_IN_BULK = `create or replace function add_jobs_bulk(p_queue text, p_entries jsonb)
  returns setof text language plpgsql set search_path from current as $$
  begin
    if exists (
      select from jsonb_array_elements(p_entries) as entry
       where coalesce(entry->>'id', '') = '' or (entry->>'delay')::bigint > 0
          or (entry->>'lifo')::boolean or entry->>'schedulerId' is not null
    ) then
      return query select * from add_jobs_bulk_unlocked(p_queue, p_entries);
      return;
    end if;
    insert into job (queue, id, seq, name, state, data, opts, priority, max_attempts, added_at_ms)
    select p_queue, entry->>'id', nextval('job_seq'), entry->>'name', 'waiting', (entry->>'data')::jsonb,
           entry->'opts', (entry->>'priority')::integer, (entry->>'attempts')::integer,
           (entry->>'timestamp')::bigint
      from jsonb_array_elements(p_entries) as entry
    on conflict (queue, id) do nothing;
    perform pg_notify('bullmq_jobs', p_queue);
    return query select entry->>'id' from jsonb_array_elements(p_entries) as entry;
  end $$`;

/** Each change of a job's state goes into every index again; of jobs there are a window and what has not been cleaned yet. */
const FEWER_INDEXES = `drop index job_delayed_idx, job_active_idx, job_finished_idx, job_waiting_children_idx,
  job_parent_idx, job_scheduler_idx`;

export const EMBEDDED_SCHEMA: readonly string[] = [NO_EVENTS, FINISH_AND_CLAIM, ADD_IN_BULK, FEWER_INDEXES];
