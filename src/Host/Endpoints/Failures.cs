using System.Data.Common;
using ControlPlane.Api;
using Microsoft.AspNetCore.Diagnostics;

namespace ControlPlane.Host.Endpoints;

/// <summary>Answers requests that failed inside: a fault that may pass is 503, a wrong request 400, anything else 500 without its inner text.</summary>
internal static class Failures
{
    /// <summary>Refuses a list of files with a gap, which no annotation of the record can: an element is null whatever its type says.</summary>
    public static void RefuseGaps(IReadOnlyList<FileBody> files)
    {
        if (files.Any(file => file is null))
            throw new BadHttpRequestException("An element of files is null: give each a name and a text.");
    }

    public static Task Answer(HttpContext context)
    {
        var fault = context.Features.Get<IExceptionHandlerFeature>()?.Error;
        var (status, message) = fault switch
        {
            BadHttpRequestException bad => (bad.StatusCode, bad.InnerException is { } cause ? $"{bad.Message} {cause.Message}" : bad.Message),
            TimeoutException or InvalidOperationException =>
                (StatusCodes.Status503ServiceUnavailable, $"The request was not carried out, or its answer was lost: {fault.Message} Repeat it; repeating is safe."),
            // What the runtime or a database says is long and may name files and addresses: it stays in the log.
            OrleansException or DbException or IOException =>
                (StatusCodes.Status503ServiceUnavailable, "The request was not carried out, or its answer was lost: storage or runtime failed, and the host's log says how. Repeat it; repeating is safe."),
            _ => (StatusCodes.Status500InternalServerError, "The request failed inside the host; its log says why."),
        };
        context.Response.StatusCode = status;
        return context.Response.WriteAsJsonAsync(new ErrorResponse(message, []));
    }
}
