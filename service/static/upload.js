// Uploading with a word on each file as it goes; without scripts the form sends the zip in one go.
"use strict";
(() => {
  const form = document.getElementById("upload");
  const drop = document.getElementById("drop");
  const input = document.getElementById("file");
  const sending = document.getElementById("sending");
  if (!form) return;
  let several = [];

  async function walk(entry, path, out) {
    if (entry.isFile) {
      const file = await new Promise((done, failed) => entry.file(done, failed));
      out.push({ file, path: path + file.name });
    } else if (entry.isDirectory) {
      const reader = entry.createReader();
      for (;;) {
        const some = await new Promise((done, failed) => reader.readEntries(done, failed));
        if (!some.length) break;
        for (const e of some) await walk(e, `${path}${entry.name}/`, out);
      }
    }
  }

  for (const name of ["dragenter", "dragover"]) {
    drop.addEventListener(name, (e) => {
      e.preventDefault();
      drop.classList.add("over");
    });
  }
  for (const name of ["dragleave", "drop"]) drop.addEventListener(name, () => drop.classList.remove("over"));
  drop.addEventListener("drop", async (e) => {
    e.preventDefault();
    const entries = [...e.dataTransfer.items].map((i) => i.webkitGetAsEntry && i.webkitGetAsEntry()).filter(Boolean);
    const files = [...e.dataTransfer.files];
    several = [];
    if (files.length === 1 && /\.zip$/i.test(files[0].name)) {
      input.files = e.dataTransfer.files;
      sending.textContent = `已选压缩包 ${files[0].name}`;
      return;
    }
    for (const entry of entries) await walk(entry, "", several);
    several = several.filter((f) => !/(^|\/)(~\$|\.)/.test(f.path));
    sending.textContent = `已选 ${several.length} 个文件，逐份上传`;
  });

  const line = (list, words) => {
    const item = document.createElement("li");
    item.textContent = words;
    list.append(item);
    return item;
  };

  async function send(url, body) {
    const answer = await fetch(url, { method: "POST", body, headers: { "X-CSRF-Token": form.dataset.csrf, Accept: "application/json" } });
    const said = await answer.json().catch(() => ({}));
    if (!answer.ok) throw new Error([said.title, said.advice].filter(Boolean).join("。") || `出错了（${answer.status}）`);
    return said;
  }

  form.addEventListener("submit", async (e) => {
    e.preventDefault();
    const list = document.createElement("ul");
    sending.replaceChildren(list);
    const fields = new FormData(form);
    fields.delete("csrf");
    try {
      if (!several.length) {
        for (const name of ["file", "manifest", "roster"]) if (!fields.get(name) || !fields.get(name).name) fields.delete(name);
        const now = line(list, "正在上传压缩包……");
        const batch = await send("/api/v1/batches", fields);
        now.textContent = `已收下，压缩包里有 ${batch.files} 个文件`;
        location.assign(`/batches/${batch.id}?said=handed`);
        return;
      }
      const open = new FormData();
      open.set("state", "open");
      open.set("name", fields.get("name"));
      open.set("rulebook", fields.get("rulebook"));
      const batch = await send("/api/v1/batches", open);
      let failed = 0;
      for (const { file, path } of several) {
        const now = line(list, `${path}：正在上传……`);
        const one = new FormData();
        one.set("batch", batch.id);
        one.set("file", file, path);
        try {
          await send("/api/v1/submissions", one);
          now.textContent = `✓ ${path}`;
        } catch (error) {
          failed += 1;
          now.textContent = `✕ ${path}：${error.message}`;
        }
      }
      const end = line(list, failed ? `${failed} 个文件没有收下，原因见上面。` : "全部收下。");
      const link = document.createElement("a");
      link.href = `/batches/${batch.id}`;
      link.textContent = " 看这一批";
      end.append(link);
    } catch (error) {
      line(list, `✕ ${error.message}`);
    }
  });
})();
