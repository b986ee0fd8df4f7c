namespace ControlPlane.Agent;

/// <summary>Files that only the agent's own user reads: tenants' processes run on the same machine.</summary>
internal static class PrivateFile
{
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Creates or empties a file.</summary>
    public static FileStream Create(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.ReadWrite, Share = FileShare.None };
        if (OperatingSystem.IsWindows())
            return new FileStream(path, options);
        options.UnixCreateMode = Owner;
        var file = new FileStream(path, options);
        // One that an agent before it left open to others keeps its mode when it is emptied.
        File.SetUnixFileMode(file.SafeFileHandle, Owner);
        return file;
    }

    /// <summary>Makes a file and a folder private, as far as they are there.</summary>
    public static void Close(string file, string folder)
    {
        if (OperatingSystem.IsWindows())
            return;
        if (File.Exists(file))
            File.SetUnixFileMode(file, Owner);
        if (Directory.Exists(folder))
            File.SetUnixFileMode(folder, Owner | UnixFileMode.UserExecute);
    }

    /// <summary>Creates a folder; one that is there becomes private.</summary>
    public static void CreateFolder(string path)
    {
        Directory.CreateDirectory(path);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, Owner | UnixFileMode.UserExecute);
    }
}
