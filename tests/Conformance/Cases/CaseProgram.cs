namespace ControlPlane.Conformance.Tests.Cases;

/// <summary>Runs every case of the files given: one line a case, then the sums.</summary>
public static class CaseProgram
{
    /// <summary>Runs the files.</summary>
    /// <param name="paths">Case files.</param>
    /// <param name="output">Receives one line a case and the sums.</param>
    /// <param name="error">Receives what is wrong with the arguments.</param>
    /// <returns>0 when every case passed, 1 when one failed, 2 when a file could not be read.</returns>
    public static int Run(IReadOnlyList<string> paths, TextWriter output, TextWriter error)
    {
        if (paths.Count == 0)
        {
            error.WriteLine("Give the paths of case files, such as scheduling_cases.json or physics_cases.json.");
            return 2;
        }
        var (passed, failed) = (0, 0);
        foreach (var path in paths)
        {
            IReadOnlyList<CaseOutcome> outcomes;
            try
            {
                outcomes = AnyCaseFile.Run(path);
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or System.Text.Json.JsonException or CaseException)
            {
                error.WriteLine($"{path}: {fault.Message}");
                return 2;
            }
            foreach (var outcome in outcomes)
            {
                output.WriteLine(outcome.Failures.Count == 0
                    ? $"passed  {outcome.Name}"
                    : $"FAILED  {outcome.Name}: {string.Join("; ", outcome.Failures)}");
                (passed, failed) = outcome.Failures.Count == 0 ? (passed + 1, failed) : (passed, failed + 1);
            }
        }
        output.WriteLine($"{passed} passed, {failed} failed");
        return failed == 0 ? 0 : 1;
    }
}
