using ControlPlane.Hardware.Protocol;

using Google.Protobuf;

namespace ControlPlane.Agent;

/// <summary>What must survive the agent: the generation fence, what runs, what no host has acknowledged or heard of, and caps that hold.</summary>
internal sealed record JournalContents(
    IReadOnlyDictionary<uint, long> Newest, IReadOnlyList<HeldLease> Running, IReadOnlyList<WorkReport> Reports, IReadOnlyList<DeviceCap> Caps,
    IReadOnlyList<DeviceEvent> Events)
{
    public DeviceCap? CapOf(uint device) => Caps.FirstOrDefault(cap => cap.Device == device);

    public long NewestOf(uint device) => Newest.GetValueOrDefault(device);
}

/// <summary>
/// A small file, written whole on every change and swapped in by a rename, so that a crash leaves the old or the
/// new one. Messages of agent.proto, each behind its length: an answer holds a fence, a hello what runs.
/// </summary>
internal sealed class Journal(AgentOptions options)
{
    private readonly Lock _lock = new();

    public JournalContents Read()
    {
        var newest = new Dictionary<uint, long>();
        var running = new List<HeldLease>();
        var reports = new List<WorkReport>();
        var caps = new List<DeviceCap>();
        var events = new List<DeviceEvent>();
        if (options.JournalFile is null || !File.Exists(options.JournalFile))
            return new(newest, running, reports, caps, events);
        using var file = File.OpenRead(options.JournalFile);
        while (file.Position < file.Length)
        {
            var message = FromAgent.Parser.ParseDelimitedFrom(file);
            switch (message.MessageCase)
            {
                case FromAgent.MessageOneofCase.LeaseAnswer:
                    newest[message.LeaseAnswer.Device] = message.LeaseAnswer.CurrentGeneration;
                    break;
                case FromAgent.MessageOneofCase.Hello:
                    running.AddRange(message.Hello.Held);
                    caps.AddRange(message.Hello.Caps);
                    break;
                case FromAgent.MessageOneofCase.Report:
                    reports.Add(message.Report);
                    break;
                case FromAgent.MessageOneofCase.Telemetry:
                    events.AddRange(message.Telemetry.Events);
                    break;
            }
        }
        return new(newest, running, reports, caps, events);
    }

    /// <summary>Null when all of it is durable, or why it is not: the disk is full, or the folder gone. What was there before stays.</summary>
    /// <param name="contents">Asked inside the lock: of two writers the later sees the later state.</param>
    public string? Write(Func<JournalContents> contents)
    {
        if (options.JournalFile is null)
            return null;
        try
        {
            lock (_lock)
                WriteWhole(options.JournalFile, contents());
            return null;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return fault.Message;
        }
    }

    private static void WriteWhole(string path, JournalContents contents)
    {
        var fresh = path + ".new";
        using (var file = PrivateFile.Create(fresh))
        {
            foreach (var (device, generation) in contents.Newest)
                new FromAgent { LeaseAnswer = new() { Device = device, CurrentGeneration = generation } }.WriteDelimitedTo(file);
            new FromAgent { Hello = new() { Held = { contents.Running }, Caps = { contents.Caps } } }.WriteDelimitedTo(file);
            foreach (var report in contents.Reports)
                new FromAgent { Report = report }.WriteDelimitedTo(file);
            new FromAgent { Telemetry = new() { Events = { contents.Events } } }.WriteDelimitedTo(file);
            file.Flush(flushToDisk: true);
        }
        File.Move(fresh, path, overwrite: true);
    }
}
