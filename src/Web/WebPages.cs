using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace ControlPlane.Web;

/// <summary>Serves the status page and its module. The page holds no data: it asks the API, with the key its user gives.</summary>
public static class WebPages
{
    private static readonly Dictionary<string, (string Resource, string Type)> Pages = new(StringComparer.Ordinal)
    {
        ["/"] = ("pages/index.html", "text/html; charset=utf-8"),
        ["/app.css"] = ("pages/app.css", "text/css; charset=utf-8"),
        ["/app.js"] = ("pages/app.js", "text/javascript; charset=utf-8"),
    };

    /// <summary>Maps the pages.</summary>
    public static void MapPages(this IEndpointRouteBuilder routes)
    {
        foreach (var (path, (resource, type)) in Pages)
            routes.MapGet(path, (HttpContext context) => Serve(context, resource, type)).AllowAnonymous();
    }

    private static IResult Serve(HttpContext context, string resource, string type)
    {
        context.Response.Headers.ContentSecurityPolicy = "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'";
        context.Response.Headers.XContentTypeOptions = "nosniff";
        context.Response.Headers.CacheControl = "no-cache";
        return Results.Stream(typeof(WebPages).Assembly.GetManifestResourceStream(resource)!, type);
    }
}
